# syntax=docker/dockerfile:1
# Pin both by digest in a build of your own: --build-arg NODE=node:24-bookworm-slim@sha256:…
ARG NODE=node:24-bookworm-slim
# Without a shell, a package manager or anything else that Postern does not need; the libraries are those of Node's image.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
# The stand-in AWS is for development: no image carries it, nor the optional packages that only it uses.
RUN npm run build && rm -r dist/local && find dist -name "*.map" -delete

FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
# What nobody reads at run time.
RUN find node_modules -type f -regex ".*\.\(map\|[mc]?ts\|md\|markdown\)" -delete && \
  find node_modules -type d -regex ".*/\(tests?\|benchmarks?\|examples?\)" -prune -exec rm -r {} +
# The one place that may be written to, and by Postern alone: its sockets are made there.
RUN mkdir -m 0700 run

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="postern" \
      org.opencontainers.image.description="Authorization proxy sidecar in front of AWS" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY package.json LICENSE ./
COPY bin ./bin
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=dependencies --chown=4480:4480 /app/run /run/postern
# A user of its own, which no application shares; by number, so that Kubernetes can see that it is not root.
USER 4480:4480
# Nothing else is written: run it read-only.
VOLUME /run/postern
# The data face and the probes. The config is read from /etc/postern/postern.yaml.
EXPOSE 4480 4481
# One that is locked counts as healthy: whoever starts anew what is not would undo the lock.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["node", "/app/bin/postern.js", "health"]
# No code but what is in the image: none from strings, no child process, no thread, no native addon, no debugger on SIGUSR1.
# It may read what its user may, as configurations name files anywhere, and write to its sockets' folder.
ENTRYPOINT ["node", "--disable-proto=throw", "--disable-sigusr1", "--disallow-code-generation-from-strings", \
  "--permission", "--allow-fs-read=*", "--allow-fs-write=/run/postern", "/app/bin/postern.js"]
CMD ["serve"]
