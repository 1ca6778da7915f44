# syntax=docker/dockerfile:1
# Two images from one build: `api` (the default) and `nginx` with the built shop.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY web/package.json web/
# The binary that pins Node for developers is not needed where the base image is that Node.
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY nest-cli.json tsconfig*.json ./
COPY src src
COPY web web
RUN npx nest build && npm run build:web

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY web/package.json web/
# Without the embedded PostgreSQL, which production refuses, and without the shop's packages, which are built in.
RUN npm ci --omit=dev --omit=optional --workspaces=false --no-audit --no-fund --ignore-scripts

FROM nginxinc/nginx-unprivileged:1.29-alpine AS nginx
COPY nginx/*.conf /etc/nginx/
COPY --from=build /app/web/dist /usr/share/nginx/html

FROM node:24-slim AS api
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY package.json ./
COPY docs/api.md docs/problems.md docs/
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/web/dist web/dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is the first process, so that it gets SIGTERM and finishes what it has begun.
CMD ["node", "--enable-source-maps", "dist/main.js"]
