//! The query language of SelectResourceConfig: the part that AWS documents.
//!
//! `SELECT property[, …] [WHERE …] [GROUP BY …] [ORDER BY …]`, with the operators
//! `= <> != < > <= >= IN BETWEEN LIKE AND OR NOT` and the functions COUNT, MIN, MAX, SUM, AVG.

mod parse;
mod run;
mod token;

pub(crate) use parse::{Query, parse};
pub(crate) use run::run;

/// A property path, such as `configuration.state.value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(pub Vec<String>);

impl Path {
    pub(crate) fn text(&self) -> String {
        self.0.join(".")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    Star,
    Property(Path),
    /// Function and argument; `None` is `COUNT(*)`.
    Aggregate(Function, Option<Path>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Count,
    Min,
    Max,
    Sum,
    Avg,
}

impl Column {
    /// The column's name in the answer.
    pub(crate) fn name(&self) -> String {
        match self {
            Column::Star => "*".to_owned(),
            Column::Property(path) => path.text(),
            Column::Aggregate(function, path) => {
                let argument = path.as_ref().map_or_else(|| "*".to_owned(), Path::text);
                format!("{}({argument})", function.name())
            }
        }
    }
}

impl Function {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Function::Count => "COUNT",
            Function::Min => "MIN",
            Function::Max => "MAX",
            Function::Sum => "SUM",
            Function::Avg => "AVG",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64),
    Truth(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Path, Operator, Literal),
    In(Path, Vec<Literal>),
    Between(Path, Literal, Literal),
    Like(Path, String),
}
