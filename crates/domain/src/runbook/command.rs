//! Commands in a template: what only reads, and what changes something.
//!
//! A block of `sh` may hold commands of the AWS CLI that only read. One that changes something is
//! marked `sh changes`, so that nobody runs it half asleep. A scan of a table reads every item, PHI
//! and all, and is refused everywhere (least access: 45 CFR 164.312(a)(1), 164.502(b)).

/// Languages of code that a shell reads.
pub const SHELLS: [&str; 3] = ["sh", "bash", "shell"];

/// Beginnings of operations that only read, as AWS names them.
const READS: [&str; 15] = [
    "get-",
    "list-",
    "describe-",
    "lookup-",
    "head-",
    "batch-get-",
    "search-",
    "select-",
    "simulate-",
    "validate-",
    "filter-log-",
    "start-query",
    "query",
    "view-",
    "verify-",
];

/// Operations that only read and whose names do not say so, with their service.
const ALSO_READ: [(&str, &str); 6] = [
    ("s3", "ls"),
    ("iam", "generate-credential-report"),
    ("configure", "list"),
    ("cloudtrail", "validate-logs"),
    ("accessanalyzer", "check-no-public-access"),
    ("dynamodb", "wait"),
];

/// What is wrong with a command, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// How many lines stand above it in the block.
    pub line: usize,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: &'static str,
}

/// What is wrong with the commands in a block. `changes` tells whether it is marked so.
pub fn complaints(code: &str, changes: bool) -> Vec<Complaint> {
    let lines = logical_lines(code);
    let commands = lines.iter().flat_map(|(line, text)| {
        text.split(['|', ';', '&', '(', ')', '`']).map(move |command| (*line, command))
    });
    commands.filter_map(|(line, command)| complaint(command, line, changes)).collect()
}

/// Lines with those that go on behind a backslash, each with the number of lines above it; comments
/// are left out.
fn logical_lines(code: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in code.lines().enumerate() {
        if !goes_on && line.trim_start().starts_with('#') {
            continue;
        }
        let text = line.strip_suffix('\\').unwrap_or(line);
        match lines.last_mut() {
            Some((_, last)) if goes_on => {
                last.push(' ');
                last.push_str(text);
            }
            _ => lines.push((number, text.to_owned())),
        }
        goes_on = line.ends_with('\\');
    }
    lines
}

fn complaint(command: &str, line: usize, changes: bool) -> Option<Complaint> {
    let mut words = command.split_whitespace().skip_while(|word| *word != "aws");
    words.next()?;
    let (service, operation) = (words.next()?, words.next()?);
    if service.starts_with('-') {
        return Some(Complaint {
            line,
            wrong: format!("`aws {service}` has an option before its service"),
            right: "write the service and the operation first",
        });
    }
    if service == "dynamodb" && (operation == "scan" || operation.contains("statement")) {
        return Some(Complaint {
            line,
            wrong: format!("`aws dynamodb {operation}` can read a whole table"),
            right: "use `query` with a key condition and a projection",
        });
    }
    let reads = READS.iter().any(|start| operation.starts_with(start))
        || ALSO_READ.contains(&(service, operation));
    (!reads && !changes).then(|| Complaint {
        line,
        wrong: format!("`aws {service} {operation}` is not known to only read"),
        right: "mark the block as ```sh changes",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_has_to_say_so() {
        assert_eq!(complaints("aws s3api get-bucket-policy --bucket b", false), []);
        assert_eq!(complaints("# aws s3 rm x\naws s3 ls | head", false), []);
        let block = "aws iam list-users &&\n  X=1 aws iam delete-user \\\n  --user-name a";
        assert_eq!(complaints(block, false).iter().map(|it| it.line).collect::<Vec<_>>(), [1]);
        assert_eq!(complaints(block, true), []);
        let block = "aws iam list-users \\\n  --x\naws iam tag-user";
        assert_eq!(complaints(block, false)[0].line, 2);
        assert_eq!(complaints("k=$(aws s3 cp a b)", false).len(), 1);
        assert_eq!(complaints("aws --profile x iam list-users", false).len(), 1);
    }

    #[test]
    fn nobody_scans() {
        assert_eq!(complaints("aws dynamodb scan --table-name t", true).len(), 1);
        assert_eq!(complaints("aws dynamodb execute-statement --statement x", true).len(), 1);
        assert_eq!(complaints("aws dynamodb query --table-name t", false), []);
    }
}
