#!/bin/sh
# Prints the path of helm.
exec "$(dirname "$0")/fetch-go.sh" helm.sh/helm/v3/cmd/helm v3.21.4
