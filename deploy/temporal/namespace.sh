#!/bin/sh
# Makes a namespace ready for tripinvoice, then ends; may run again at any time. Needs the `temporal` CLI, which reads
# TEMPORAL_ADDRESS itself. TEMPORAL_NAMESPACE: which one (default). TEMPORAL_RETENTION: how long ended workflows stay.
set -eu
namespace=${TEMPORAL_NAMESPACE:-default}

operator() { # the commands about namespaces take its name from nowhere but this option
    temporal operator "$@" --namespace "$namespace"
}

patiently() { # a server that starts, and a namespace that was just made, need a while until they answer
    tries=0
    until said=$("$@" 2>&1); do
        tries=$((tries + 1))
        if [ "$tries" -ge 30 ]; then
            echo "$said" >&2
            exit 1
        fi
        sleep 2
    done
}

patiently temporal operator cluster health
if ! operator namespace describe >/dev/null 2>&1; then
    operator namespace create --retention "${TEMPORAL_RETENTION:-720h}"
fi

# The names and types of workflows/search_attributes.py. InvoiceNumber is a list: a trip may have several documents.
while read -r name type; do
    patiently operator search-attribute list
    if echo "$said" | grep -qw "$name"; then continue; fi
    patiently operator search-attribute create --name "$name" --type "$type"
done <<EOF
TripId Keyword
Country Keyword
LineOfBusiness Keyword
InvoiceNumber KeywordList
InvoiceState Keyword
InvoiceMonth Keyword
FailedStep Keyword
AuditFindings Int
CompareOutcome Keyword
RolloutState Keyword
EOF
echo "namespace $namespace is ready"
