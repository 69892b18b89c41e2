"""The web server: a few processes, threads in each. `gunicorn -c deploy/gunicorn.conf.py config.wsgi`."""

import gc
import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5_000  # start each process anew now and then, so that no leak grows old
max_requests_jitter = 500
# Believe X-Forwarded-Proto only from the proxy (FORWARDED_ALLOW_IPS, by default this machine).
accesslog = None  # requests are logged by Samspel itself, with secrets scrubbed
errorlog = "-"
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 the heartbeat must not wait for a disk


def post_worker_init(worker: object) -> None:
    """What was read at the start lives as long as the process: leave it out of every search for garbage, and search seldom. A fifth off the year's page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
