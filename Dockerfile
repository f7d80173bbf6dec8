# syntax=docker/dockerfile:1
# The switch with an external PostgreSQL. The embedded one is left out: production has its own.
FROM node:26-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY sdk/package.json sdk/
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:26-slim
ENV NODE_ENV=production \
    HUTONG_MODE=production \
    HUTONG_DATA_FOLDER=/data \
    HUTONG_LISTEN_HOST=0.0.0.0 \
    HUTONG_LOG_TO=stderr
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE NOTICE ./
COPY bin bin
COPY sdk sdk
COPY src src
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((a)=>process.exit(a.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "bin/hutong.js"]
CMD ["start"]
