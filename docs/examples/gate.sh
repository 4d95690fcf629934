#!/bin/sh
# Asks Wardround whether a deployment to an AWS account may go on.
#
#     WARDROUND_URL=https://wardround.example.org WARDROUND_TOKEN=wr_… gate.sh 123456789012
#
# Ends with 0 for go, with 1 for stop, and with 2 when nobody knows: Wardround cannot be reached,
# refuses the token, does not have the account, or answers something else.
# Needs curl 7.55 or newer and nothing else. The token is read with the scope read-scores.
set -u

unknown() {
  printf 'gate: nobody knows: %s\n' "$*" >&2
  exit 2
}

account=${1:-}
case $account in
  '' | *[!0-9]*) unknown 'name the AWS account, twelve digits' ;;
esac
[ -n "${WARDROUND_URL:-}" ] || unknown 'WARDROUND_URL is not set'
[ -n "${WARDROUND_TOKEN:-}" ] || unknown 'WARDROUND_TOKEN is not set'

# The token goes through standard input: what stands on a command line can be seen by others.
answer=$(
  printf 'Authorization: Bearer %s\n' "$WARDROUND_TOKEN" |
    curl --silent --show-error --max-time "${WARDROUND_SECONDS:-20}" --header @- \
      --write-out '\n%{http_code}' "${WARDROUND_URL%/}/api/v1/gate?account=$account"
) || unknown "$WARDROUND_URL cannot be reached"

status=$(printf '%s\n' "$answer" | sed -n '$p')
body=$(printf '%s\n' "$answer" | sed '$d')
case $status in
  200) ;;
  401 | 403) unknown "the token is not accepted (status $status)" ;;
  404) unknown "account $account is not configured (status 404)" ;;
  *) unknown "status $status" ;;
esac

# Quotes within texts are escaped in JSON, so these words stand nowhere but as keys.
printf '%s\n' "$body" | grep -qF "\"account\":\"$account\"" ||
  unknown 'the answer is not about this account'
decision=$(printf '%s\n' "$body" | sed -n 's/.*"decision":"\([a-z]*\)".*/\1/p')
printf '%s\n' "$body" |
  sed -n '/"reasons":\["/ { s/.*"reasons":\["//; s/"\][,}].*//; s/","/\
/g; p; }' |
  sed "s/^/gate: ${decision:-unknown}: /"

case $decision in
  go) exit 0 ;;
  stop) exit 1 ;;
  *) unknown 'the answer has no decision' ;;
esac
