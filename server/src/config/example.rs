//! The annotated example, made from the definitions.

use std::fmt::Write as _;

use super::keys::{Key, OTHER_VARIABLES, SECTIONS};

const HEAD: &str = "\
# Wardround's configuration: `wardround serve` reads ./wardround.toml, or what --config names.
# Every key is here; what is commented out shows its default or may be left out.
# A variable named at a key goes before the file. Keys and variables that nobody knows are refused.
#
# Credentials do not belong here and are refused. The AWS SDK finds them in its own usual places:
# an instance role, a profile or SSO session (AWS_PROFILE), or the environment. AWS_ENDPOINT_URL
# and its variants for single services are honoured too.
";

/// The whole file, ending in a newline.
pub fn example() -> String {
    let mut out = HEAD.to_owned();
    for section in &SECTIONS {
        out.push('\n');
        comment(&mut out, section.about);
        let (open, close) = if section.repeated { ("[[", "]]") } else { ("[", "]") };
        let _ = writeln!(out, "{open}{}{close}", section.name);
        for (index, key) in section.keys.iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            write_key(&mut out, key);
        }
    }
    out.push('\n');
    let others = format!("Other variables: {}.", OTHER_VARIABLES.join(", "));
    comment(&mut out, "WARDROUND_LOG sets what is logged, such as `info` or `server=debug`.");
    comment(&mut out, &others);
    out
}

fn write_key(out: &mut String, key: &Key) {
    comment(out, key.about);
    let allowed = format!("Allowed: {}.", key.shape.allowed());
    comment(out, &allowed);
    if let Some(variable) = key.variable {
        comment(out, &format!("Variable: {variable}."));
    }
    // Whether to assume a role is the operator's choice, but the usual case is to do so.
    let shown = key.required || key.name == "role_arn" || key.name == "external_id";
    let mark = if shown { "" } else { "# " };
    let _ = writeln!(out, "{mark}{} = {}", key.name, key.example);
}

/// Lines of at most this many characters, with their `# `.
const WIDTH: usize = 98;

fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            let _ = writeln!(out, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}
