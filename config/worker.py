"""Entry of the worker and the scheduler: `celery --app=config.worker:app worker`."""

from config import boot

boot.set_up()

# Celery would bring Django up itself, and answer a wrong setting with a traceback.
from config import observe  # noqa: E402, F401  # connects its receivers
from config.celery import app  # noqa: E402

__all__ = ["app"]
