# syntax=docker/dockerfile:1
# The product in an image of its own: the executable, the certificates it trusts, nothing else.

FROM rust:1.95-bookworm AS build
WORKDIR /src
RUN rustup target add wasm32-unknown-unknown
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build \
    CARGO_TARGET_DIR=/build cargo xtask build

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/wardround --create-home wardround
COPY --from=build /src/target/dist/wardround /usr/local/bin/wardround
USER 10001
WORKDIR /var/lib/wardround
VOLUME /var/lib/wardround
ENTRYPOINT ["wardround"]
CMD ["serve", "--data", "/var/lib/wardround"]
