# pvsim as an image: docker compose build listen; what runs in it: docs/how-to/compose.md
FROM python:3.13-slim-trixie AS built
WORKDIR /source
COPY requirements requirements
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/tools.txt
COPY . .
RUN uv build --offline --wheel --out-dir /dist

FROM python:3.13-slim-trixie
COPY --from=built /source/requirements/all.txt /tmp/all.txt
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/all.txt && rm /tmp/all.txt
COPY --from=built /dist /dist
RUN pip install --no-cache-dir --no-deps /dist/pvsim-*.whl && rm -r /dist
RUN useradd --uid 1000 --create-home pvsim && install --directory --owner pvsim /data
USER pvsim
WORKDIR /data
ENTRYPOINT ["pvsim"]
