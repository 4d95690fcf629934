//! From tokens to a query.

use super::token::{Token, split};
use super::{Column, Condition, Function, Literal, Operator, Path};

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    pub columns: Vec<Column>,
    pub condition: Option<Condition>,
    pub group: Vec<Path>,
    /// Column and whether the greatest comes first.
    pub order: Vec<(Column, bool)>,
}

impl Query {
    pub(crate) fn aggregates(&self) -> bool {
        !self.group.is_empty()
            || self.columns.iter().any(|column| matches!(column, Column::Aggregate(..)))
    }
}

/// Keywords of SQL that this language refuses.
const REFUSED: [&str; 8] = ["ALL", "AS", "DISTINCT", "FROM", "HAVING", "JOIN", "UNION", "NULL"];

/// Reads an expression; an error is a sentence for the caller.
pub(crate) fn parse(expression: &str) -> Result<Query, String> {
    if expression.is_empty() || expression.len() > 4096 {
        return Err("the expression must have 1 to 4096 characters".to_owned());
    }
    let tokens = split(expression)?;
    if let Some(refused) =
        tokens.iter().find(|token| REFUSED.iter().any(|keyword| token.is_word(keyword)))
    {
        return Err(format!("{} is not supported", refused.show()));
    }
    let mut reader = Reader { tokens, at: 0 };
    let query = reader.query()?;
    match reader.peek() {
        None => Ok(query),
        Some(token) => Err(format!("unexpected {}", token.show())),
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, String> {
        let token = self.peek().cloned().ok_or("the expression ends too early")?;
        self.at += 1;
        Ok(token)
    }

    fn take_word(&mut self, keyword: &str) -> bool {
        let hit = self.peek().is_some_and(|token| token.is_word(keyword));
        self.at += usize::from(hit);
        hit
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let hit = matches!(self.peek(), Some(Token::Symbol(found)) if *found == symbol);
        self.at += usize::from(hit);
        hit
    }

    fn expect_word(&mut self, keyword: &str) -> Result<(), String> {
        if self.take_word(keyword) { Ok(()) } else { Err(format!("{keyword} is missing")) }
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<(), String> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(format!("'{symbol}' is missing")) }
    }

    fn query(&mut self) -> Result<Query, String> {
        self.expect_word("SELECT")?;
        let mut columns = vec![self.column()?];
        while self.take_symbol(",") {
            columns.push(self.column()?);
        }
        let condition = if self.take_word("WHERE") { Some(self.any_of()?) } else { None };
        let mut group = Vec::new();
        if self.take_word("GROUP") {
            self.expect_word("BY")?;
            group.push(self.path()?);
            while self.take_symbol(",") {
                group.push(self.path()?);
            }
            if group.len() > 3 {
                return Err("GROUP BY takes at most three properties".to_owned());
            }
        }
        let mut order = Vec::new();
        if self.take_word("ORDER") {
            self.expect_word("BY")?;
            order.push(self.ordering()?);
            while self.take_symbol(",") {
                order.push(self.ordering()?);
            }
        }
        Ok(Query { columns, condition, group, order })
    }

    fn ordering(&mut self) -> Result<(Column, bool), String> {
        let column = self.column()?;
        let descending = self.take_word("DESC");
        if !descending {
            self.take_word("ASC");
        }
        Ok((column, descending))
    }

    fn column(&mut self) -> Result<Column, String> {
        if self.take_symbol("*") {
            return Ok(Column::Star);
        }
        let path = self.path()?;
        if !self.take_symbol("(") {
            return Ok(Column::Property(path));
        }
        let name = path.text().to_uppercase();
        let function =
            [Function::Count, Function::Min, Function::Max, Function::Sum, Function::Avg]
                .into_iter()
                .find(|function| function.name() == name)
                .ok_or_else(|| format!("the function {name} is not supported"))?;
        let argument = if self.take_symbol("*") { None } else { Some(self.path()?) };
        self.expect_symbol(")")?;
        Ok(Column::Aggregate(function, argument))
    }

    fn path(&mut self) -> Result<Path, String> {
        match self.next()? {
            Token::Word(word) if word.split('.').all(|part| !part.is_empty()) => {
                Ok(Path(word.split('.').map(str::to_owned).collect()))
            }
            token => Err(format!("{} is not a property", token.show())),
        }
    }

    fn any_of(&mut self) -> Result<Condition, String> {
        let mut left = self.all_of()?;
        while self.take_word("OR") {
            left = Condition::Or(Box::new(left), Box::new(self.all_of()?));
        }
        Ok(left)
    }

    fn all_of(&mut self) -> Result<Condition, String> {
        let mut left = self.single()?;
        while self.take_word("AND") {
            left = Condition::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Condition, String> {
        if self.take_word("NOT") {
            return Ok(Condition::Not(Box::new(self.single()?)));
        }
        if self.take_symbol("(") {
            let inner = self.any_of()?;
            self.expect_symbol(")")?;
            return Ok(inner);
        }
        let path = self.path()?;
        let negated = self.take_word("NOT");
        let condition = self.comparison(path)?;
        match (&condition, negated) {
            (_, false) => Ok(condition),
            (Condition::Compare(..), true) => Err("NOT cannot stand before an operator".to_owned()),
            (_, true) => Ok(Condition::Not(Box::new(condition))),
        }
    }

    fn comparison(&mut self, path: Path) -> Result<Condition, String> {
        if self.take_word("IN") {
            self.expect_symbol("(")?;
            let mut values = vec![self.literal()?];
            while self.take_symbol(",") {
                values.push(self.literal()?);
            }
            self.expect_symbol(")")?;
            return Ok(Condition::In(path, values));
        }
        if self.take_word("BETWEEN") {
            let low = self.literal()?;
            self.expect_word("AND")?;
            return Ok(Condition::Between(path, low, self.literal()?));
        }
        if self.take_word("LIKE") {
            return match self.literal()? {
                Literal::Text(pattern) => like(path, pattern),
                _ => Err("LIKE needs a text".to_owned()),
            };
        }
        let operator = match self.next()? {
            Token::Symbol("=") => Operator::Equal,
            Token::Symbol("<>" | "!=") => Operator::NotEqual,
            Token::Symbol("<") => Operator::Less,
            Token::Symbol(">") => Operator::Greater,
            Token::Symbol("<=") => Operator::LessOrEqual,
            Token::Symbol(">=") => Operator::GreaterOrEqual,
            token => return Err(format!("{} is not an operator", token.show())),
        };
        Ok(Condition::Compare(path, operator, self.literal()?))
    }

    fn literal(&mut self) -> Result<Literal, String> {
        match self.next()? {
            Token::Text(text) => Ok(Literal::Text(text)),
            Token::Number(number) => Ok(Literal::Number(number)),
            token if token.is_word("true") => Ok(Literal::Truth(true)),
            token if token.is_word("false") => Ok(Literal::Truth(false)),
            token => Err(format!("{} is not a literal", token.show())),
        }
    }
}

/// A wildcard may stand at the end only, after at least three characters.
fn like(path: Path, pattern: String) -> Result<Condition, String> {
    let stem = pattern.strip_suffix('%').unwrap_or(&pattern);
    if stem.contains('%') {
        return Err("LIKE takes a wildcard at the end only".to_owned());
    }
    if stem.len() < 3 && stem.len() < pattern.len() {
        return Err("LIKE needs at least three characters before the wildcard".to_owned());
    }
    Ok(Condition::Like(path, pattern))
}
