FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
# The stand-in AWS is for development: no image carries it, nor the optional packages that only it uses.
RUN npm run build && rm -rf dist/local

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY bin ./bin
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# By number, so that Kubernetes can see that it is not root. Nothing below / is written: run it read-only.
USER 1000:1000
# The data face and the probes. The config is read from /etc/postern/postern.yaml.
EXPOSE 4480 4481
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["node", "/app/bin/postern.js", "health"]
ENTRYPOINT ["node", "/app/bin/postern.js"]
CMD ["serve"]
