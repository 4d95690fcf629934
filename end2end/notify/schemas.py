"""What the providers document, as JSON schemas of our own."""

TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^https?://"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}


def shape(required, optional=None):
    """An object with these members and no others."""
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


# https://developer.pagerduty.com/docs/send-alert-event
PAGERDUTY_PAYLOAD = shape(
    {
        "summary": {**TEXT, "maxLength": 1024},
        "source": TEXT,
        "severity": {"enum": ["critical", "error", "warning", "info"]},
    },
    {
        "timestamp": TIME,
        "component": TEXT,
        "group": TEXT,
        "class": TEXT,
        "custom_details": {"type": "object"},
    },
)
PAGERDUTY = {
    **shape(
        {
            "routing_key": {"type": "string", "minLength": 32, "maxLength": 32},
            "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        },
        {
            "dedup_key": {**TEXT, "maxLength": 255},
            "payload": PAGERDUTY_PAYLOAD,
            "client": TEXT,
            "client_url": URL,
            "links": {"type": "array", "items": shape({"href": URL}, {"text": TEXT})},
            "images": {"type": "array"},
        },
    ),
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
    "else": {"required": ["dedup_key"]},
}

# https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
WORDS = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"},
    "additionalProperties": {"type": "string"},
}
STATUS = {"enum": ["firing", "resolved"]}
ALERTMANAGER = shape(
    {
        "version": {"const": "4"},
        "groupKey": TEXT,
        "truncatedAlerts": {"type": "integer", "minimum": 0},
        "status": STATUS,
        "receiver": TEXT,
        "groupLabels": WORDS,
        "commonLabels": WORDS,
        "commonAnnotations": WORDS,
        "externalURL": URL,
        "alerts": {
            "type": "array",
            "minItems": 1,
            "items": shape(
                {
                    "status": STATUS,
                    "labels": {**WORDS, "required": ["alertname"]},
                    "annotations": WORDS,
                    "startsAt": TIME,
                    "endsAt": TIME,
                    "generatorURL": URL,
                    "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
                }
            ),
        },
    }
)
