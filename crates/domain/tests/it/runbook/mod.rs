//! Runbooks: what ships, how flaws are told, and that a run only grows.

mod editing;
mod library;
mod running;
mod template;

use domain::runbook::Template;

/// A small template with everything in it.
pub(crate) const SMALL: &str = r#"+++
id = "small"
title = "A small one"
version = 1
reviewed = 2026-11-23
owner = "compliance"
summary = "Use it in tests."
safeguards = ["164.308(a)(6)(ii)"]
classes = ["page-phi"]
families = ["exfiltration"]
findings = ["Exfiltration:S3/*"]

[[parameter]]
name = "account"
title = "Account"
kind = "account"
required = true
from = "account"

[[parameter]]
name = "region"
title = "Region"
kind = "region"

[[parameter]]
name = "bucket"
title = "Bucket"
kind = "text"
from = "resource-name"

[[parameter]]
name = "discovered"
title = "Discovered"
kind = "time"
+++
Read this **first**, about {{bucket}}.

## Look {#look}
```toml step
role = "on-call"
due = "15m"
check = "guardduty-on"
evidence = "required"
skippable = false
```
Look at `{{bucket}}` in [the inventory](/findings), then [act](#act).

```sh
aws s3api get-bucket-policy --bucket {{bucket}}
```

## Act {#act}
1. One in {{account}}.
2. Two in {{region}}.

```sh changes
aws s3 rm s3://{{bucket}}/x
```

## Tell {#tell}
```toml step
due = "60d"
after = "discovered"
```
> Quoted, since {{discovered}}, with a table:

| a | b |
|---|---|
| 1 | {{bucket}} |
"#;

/// The small template.
pub(crate) fn small() -> Template {
    Template::parse(SMALL).unwrap_or_else(|flaws| panic!("{flaws:#?}"))
}
