"""What the shop tells Mixpanel about its customers."""

import os

import requests
from mixpanel import Mixpanel

EXPORT_URL = "https://data.mixpanel.com/api/2.0/export"

tracker = Mixpanel(os.environ["MIXPANEL_TOKEN"])


def ordered(customer_id: str, total: float) -> None:
    tracker.track(customer_id, "Ordered", {"total": total})


def exported(day: str) -> bytes:
    auth = (os.environ["MIXPANEL_SECRET"], "")
    return requests.get(EXPORT_URL, params={"from_date": day, "to_date": day}, auth=auth, timeout=60).content
