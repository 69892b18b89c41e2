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
    """What was read at the start lives as long as the process: leave it out of every search for garbage. A page of a large plan makes tens of
    thousands of values and drops them all, so that a search in the middle of it finds nothing and takes a tenth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)


def post_request(worker: object, request: object, environ: object, response: object) -> None:
    """Search when the answer has been sent and nobody waits; what little is left by then is soon looked through."""
    gc.collect(1)
