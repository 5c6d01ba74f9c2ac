#!/bin/sh
# A balancer without a file: one port, two weighted servers, metrics on 127.0.0.1:9404.
# Further options go through: `sh examples/quick.sh --print-config` shows the configuration this stands for.
set -eu
exec ${SLUICE:-sluice} \
  --listen "${LISTEN:-8443}" \
  --server "${SERVER_A:-127.0.0.1:9443},name=a,weight=3,maxconn=1024,check" \
  --server "${SERVER_B:-127.0.0.1:9444},name=b,maxconn=1024,check" \
  --balance roundrobin \
  --timeout client=1h --timeout server=1h \
  --metrics 127.0.0.1:9404 \
  "$@"
