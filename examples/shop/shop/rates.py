"""Currency rates from the service that the settings name."""

from __future__ import annotations

import json
import urllib.request
from urllib.parse import urlencode


class RatesUnavailableError(Exception):
    """The rates service is not configured, or gave no usable answer."""


def fetch_rate(rates_url: str, currency: str) -> float:
    """Return what one euro is worth in a currency.

    Raises:
        RatesUnavailableError: No service is configured, or it failed, or it does not know the currency.
    """
    if not rates_url:
        raise RatesUnavailableError("no currency rates are configured")
    query = urlencode({"base": "EUR", "symbols": currency})
    try:
        with urllib.request.urlopen(f"{rates_url}?{query}") as response:
            return float(json.load(response)["rates"][currency])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RatesUnavailableError(f"no rate for {currency}: {error}") from error
