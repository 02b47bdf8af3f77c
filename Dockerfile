# The same environment as everywhere else, from the same lock.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap fonts-noto-cjk tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home academy \
    && install -d -o academy -g academy /srv/academy /data

USER academy
WORKDIR /srv/academy

# PyTorch's own index has the build without CUDA; the lock pins the version.
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu \
    PIP_NO_CACHE_DIR=1 \
    ACADEMY_DATA=/data

COPY --chown=academy:academy . .
RUN ./academy catalogue check

EXPOSE 8000
VOLUME /data
ENTRYPOINT ["tini", "--"]
CMD ["./academy", "hub", "--ip", "0.0.0.0"]
