# Lets mParticle deliver events into our bucket.
data "aws_iam_policy_document" "forwarding" {
  statement {
    actions   = ["s3:PutObject", "s3:PutObjectAcl"]
    resources = ["arn:aws:s3:::mp-forwarding-shop/*"]

    principals {
      type = "AWS"
      identifiers = [
        "arn:aws:iam::338661164609:role/Prod-Role-DG12-Default",
        "arn:aws:iam::338661164609:role/role-lambda-verifyrequest",
      ]
    }
  }
}
