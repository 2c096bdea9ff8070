"""What the shop tells mParticle."""

import os

import mparticle

config = mparticle.Configuration()
config.api_key = os.environ["MPARTICLE_KEY"]
config.api_secret = os.environ["MPARTICLE_SECRET"]

api = mparticle.EventsApi(config)


def visited(customer_id: str) -> None:
    batch = mparticle.Batch(environment="production")
    batch.user_identities = mparticle.UserIdentities(customerid=customer_id)
    batch.events = [mparticle.AppEvent("Visited", "navigation")]
    api.upload_events(batch)
