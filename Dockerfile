# One static binary in an empty image; the compiler is native and crosses to TARGETARCH.
FROM --platform=$BUILDPLATFORM debian:bookworm-slim AS build
ARG TARGETARCH=amd64
RUN set -eu; \
    case "$TARGETARCH" in amd64) cpu=x86_64 ;; arm64) cpu=aarch64 ;; *) echo "no such target: $TARGETARCH" >&2; exit 1 ;; esac; \
    echo "$cpu" >/cpu; \
    dpkg --add-architecture "$TARGETARCH"; \
    apt-get update; \
    apt-get install -y --no-install-recommends build-essential cmake nasm ca-certificates xz-utils libcap2-bin \
        "libc6-dev:$TARGETARCH" "libjansson-dev:$TARGETARCH" "libcgroup-dev:$TARGETARCH" "libpcre2-dev:$TARGETARCH"; \
    command -v "$cpu-linux-gnu-gcc" || \
        apt-get install -y --no-install-recommends "gcc-$(echo "$cpu" | tr _ -)-linux-gnu"
COPY tools/fetch-source.sh /src/tools/
RUN /src/tools/fetch-source.sh civetweb && /src/tools/fetch-source.sh libisal
COPY . /src
ARG REVISION=
ARG BRANCH=
# Release is linked without symbols, before setcap: a later strip would drop the capability.
# readelf, because ldd ends 0 on a static-pie.
RUN set -eu; \
    cpu=$(cat /cpu); \
    cmake -S /src -B /build -DBUILD_TESTING=OFF -DNODEGAUGE_REVISION="$REVISION" -DNODEGAUGE_BRANCH="$BRANCH" \
        -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$cpu" -DCMAKE_C_COMPILER="$cpu-linux-gnu-gcc"; \
    cmake --build /build -j"$(nproc)"; \
    if readelf -lW /build/nodegauge | grep -q INTERP; then echo "nodegauge is not static" >&2; exit 1; fi; \
    setcap cap_dac_read_search+p /build/nodegauge

FROM scratch
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="nodegauge" \
      org.opencontainers.image.description="Node and container metrics for Prometheus, one static binary" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /build/nodegauge /nodegauge
USER 65532:65532
EXPOSE 9100
ENTRYPOINT ["/nodegauge"]
