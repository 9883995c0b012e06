#!/bin/sh
# Makes Elasticsearch and Kibana ready for mismatches, then ends; may run again: what is there is written anew, and the same.
# Needs curl. ELASTICSEARCH_URL, KIBANA_URL: where they are. ELASTIC_API_KEY: a key that may do it, where one is asked for.
# ELK_FILES: the folder deploy/, with elasticsearch/ and kibana/ in it.
set -eu
files=${ELK_FILES:-$(dirname "$0")/..}

ask() { # ask METHOD URL [OPTION...]: what it answers; an error when it refuses
    method=$1
    url=$2
    shift 2
    # The key is told by a file that nobody else can read: other processes can see a command's words.
    if [ -n "${ELASTIC_API_KEY:-}" ]; then
        printf 'header = "Authorization: ApiKey %s"\n' "$ELASTIC_API_KEY"
    fi | curl --config - --silent --show-error --fail-with-body --max-time 60 --request "$method" "$@" "$url"
}

put() { # put PATH FILE
    ask PUT "$ELASTICSEARCH_URL/$1" --header 'Content-Type: application/json' --data-binary "@$files/elasticsearch/$2" \
        > /dev/null
    echo "$1 is as $2 says"
}

# The policy first: the template names it. Existing indices get a changed template with their next rollover.
put _ilm/policy/tripinvoice-mismatches ilm-policy.json
put _index_template/logs-invoice.compare index-template.json

imported=$(ask POST "$KIBANA_URL/api/saved_objects/_import?overwrite=true" --header 'kbn-xsrf: tripinvoice' \
    --form "file=@$files/kibana/mismatches.ndjson")
case $imported in
    *'"success":true'*) echo "Kibana has the data view, the search and the dashboard" ;;
    *)
        echo "Kibana does not take mismatches.ndjson: $imported" >&2
        exit 1
        ;;
esac
echo "ready for mismatches"
