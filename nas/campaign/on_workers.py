"""What ``--workers`` means: so many processes of this machine, or those of a Dask cluster."""

import re
from typing import Any

from nas.campaign import limits
from nas.campaign.config import Campaign
from nas.errors import UserError
from nas.runner.executors import ADDRESS


def settings(text: str) -> dict[str, Any]:
    """The keys of the section ``parallel`` that ``--workers text`` means.

    Of a cluster as many workers are used at a time as it has now.

    Raises
    ------
    UserError
        If ``text`` is neither a number nor an address, or no scheduler answers there.

    Examples
    --------
    >>> settings("4")
    {'engine': 'local', 'address': None, 'store': None, 'workers': 4}
    >>> settings("many")
    Traceback (most recent call last):
    nas.errors.UserError: --workers: expected a number from 1 to 1024, or the address of a Dask \
scheduler such as tcp://host:8786, got 'many'
    """
    if re.fullmatch(ADDRESS, text):
        from nas.runner.executors import dask

        return {"engine": "dask", "address": text, "workers": max(1, dask.slots_at(text))}
    if re.fullmatch("[0-9]{1,5}", text) and 1 <= int(text) <= limits.WORKERS:
        return {"engine": "local", "address": None, "store": None, "workers": int(text)}
    raise UserError(
        f"--workers: expected a number from 1 to {limits.WORKERS}, or the address of a Dask "
        f"scheduler such as tcp://host:8786, got {text!r:.60}"
    )


def overrides(text: str | None) -> list[str]:
    """The same as texts of ``--set``; none where nothing was typed.

    Examples
    --------
    >>> overrides("4"), overrides(None)
    (['parallel.engine=local', 'parallel.address=null', 'parallel.store=null', \
'parallel.workers=4'], [])
    """
    if text is None:
        return []
    known = settings(text)
    return [f"parallel.{key}={'null' if value is None else value}" for key, value in known.items()]


def on(campaign: Campaign, text: str | None) -> Campaign:
    """``campaign`` on these workers, or on its own where nothing was typed.

    Examples
    --------
    >>> from nas.campaign.config import build
    >>> on(build(problem="burgers"), "4").parallel.workers
    4
    """
    if text is None:
        return campaign
    parallel = campaign.parallel.model_copy(update=settings(text))
    return campaign.model_copy(update={"parallel": parallel})
