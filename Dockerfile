# syntax=docker/dockerfile:1
# The whole service as one static binary on an image without a shell. `docker build -t NAME .` needs BuildKit, which
# Docker has had as its default since 23.0; `make docker-build` names the version as well.
ARG GO_VERSION=1.26

FROM --platform=$BUILDPLATFORM golang:${GO_VERSION} AS build
WORKDIR /src
# The sources are the user's, git is root here: without this it would not say which commit they are.
RUN git config --system --add safe.directory '*'
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH
# Without a value the Makefile asks git, if there is a .git.
ARG VERSION COMMIT
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    GOOS=$TARGETOS GOARCH=$TARGETARCH make build ${VERSION:+VERSION="$VERSION"} ${COMMIT:+COMMIT="$COMMIT"} \
    && mkdir -p /image/usr/bin /image/usr/share/doc/messenger-api /image/data && mv bin/messenger-api /image/usr/bin/ \
    && cp LICENSE internal/words/dictionary/NOTICE /image/usr/share/doc/messenger-api/

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="Messenger API" \
      org.opencontainers.image.description="A self-hosted messenger backend" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image/usr/ /usr/
COPY --from=build --chown=65532:65532 /image/data/ /data/
ENV DATA_DIR=/data
VOLUME /data
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s CMD ["messenger-api", "healthcheck"]
ENTRYPOINT ["messenger-api"]
CMD ["serve"]
