//! Many rows in one statement, and reading columns.
//!
//! A call to sqlx crosses to SQLite's own thread and back; at a million findings those crossings
//! would cost more than SQLite itself. The sizes of statements come from a short list, so that
//! each is prepared once. Their parameters are anonymous: SQLite looks numbered ones up in a list
//! each time it binds, which is quadratic in statements of thousands of parameters.

use domain::alert::IncidentId;
use domain::{FindingId, ResourceKey, Timestamp};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Row, SqliteConnection};

use crate::StoreError;
use crate::code::Code;
use crate::error::Doing;

/// SQLite's limit of bound parameters in one statement.
const MOST_PARAMETERS: usize = 32_766;
const SIZES: [usize; 5] = [512, 128, 32, 8, 1];

/// A statement over many rows: `head (?, …), (?, …) tail`.
pub(crate) struct Bulk {
    /// Up to the first row, such as `INSERT INTO t (a, b) VALUES`.
    pub head: &'static str,
    /// Columns in a row.
    pub width: usize,
    /// After the last row.
    pub tail: &'static str,
    /// What is being done, for errors.
    pub doing: &'static str,
}

impl Bulk {
    fn sql(&self, rows: usize) -> String {
        let mut row = String::with_capacity(2 * self.width + 2);
        row.push('(');
        for column in 0..self.width {
            row.push_str(if column == 0 { "?" } else { ",?" });
        }
        row.push(')');
        let mut sql =
            String::with_capacity(self.head.len() + self.tail.len() + rows * (row.len() + 1) + 2);
        sql.push_str(self.head);
        sql.push(' ');
        for index in 0..rows {
            if index > 0 {
                sql.push(',');
            }
            sql.push_str(&row);
        }
        sql.push(' ');
        sql.push_str(self.tail);
        sql
    }

    fn chunk(&self, left: usize) -> usize {
        SIZES
            .into_iter()
            .find(|size| *size <= left && size * self.width <= MOST_PARAMETERS)
            .unwrap_or(1)
    }

    /// Executes it over all rows; `bind` adds one row's values in order.
    pub(crate) async fn execute<R>(
        &self,
        connection: &mut SqliteConnection,
        rows: Vec<R>,
        mut bind: impl FnMut(&mut Values, R),
    ) -> Result<(), StoreError> {
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        while left > 0 {
            let size = self.chunk(left);
            let mut values = Values::new(size * self.width);
            for row in rows.by_ref().take(size) {
                bind(&mut values, row);
            }
            sqlx::query_with(AssertSqlSafe(self.sql(size)), values.finish().doing(self.doing)?)
                .execute(&mut *connection)
                .await
                .doing(self.doing)?;
            left -= size;
        }
        Ok(())
    }

    /// Reads rows for many keys of one column each; a short chunk is filled up with its last key.
    pub(crate) async fn select<K: Key>(
        &self,
        connection: &mut SqliteConnection,
        keys: &[K],
        mut read: impl FnMut(&SqliteRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for chunk in keys.chunks(SIZES[0]) {
            let size =
                SIZES.into_iter().rev().find(|size| *size >= chunk.len()).unwrap_or(SIZES[0]);
            let mut values = Values::new(size);
            for index in 0..size {
                if let Some(key) = chunk.get(index).or(chunk.last()) {
                    key.bind(&mut values);
                }
            }
            let mut sql = String::with_capacity(self.head.len() + 2 * size + 4);
            sql.push_str(self.head);
            for index in 0..size {
                sql.push_str(if index == 0 { "(?" } else { ",?" });
            }
            sql.push(')');
            sql.push_str(self.tail);
            let rows = sqlx::query_with(AssertSqlSafe(sql), values.finish().doing(self.doing)?)
                .fetch_all(&mut *connection)
                .await
                .doing(self.doing)?;
            for row in &rows {
                read(row)?;
            }
        }
        Ok(())
    }
}

/// A value that rows are looked up by.
pub(crate) trait Key {
    /// Adds it.
    fn bind(&self, values: &mut Values);
}

impl Key for i64 {
    fn bind(&self, values: &mut Values) {
        values.int(*self);
    }
}

impl Key for IncidentId {
    fn bind(&self, values: &mut Values) {
        values.int(self.0);
    }
}

impl Key for &str {
    fn bind(&self, values: &mut Values) {
        values.text(*self);
    }
}

impl Key for String {
    fn bind(&self, values: &mut Values) {
        values.text(self.as_str());
    }
}

impl Key for ResourceKey {
    fn bind(&self, values: &mut Values) {
        values.text(self.as_str());
    }
}

impl Key for Vec<u8> {
    fn bind(&self, values: &mut Values) {
        values.bytes(self.as_slice());
    }
}

impl Key for [u8; 16] {
    fn bind(&self, values: &mut Values) {
        values.bytes(self.as_slice());
    }
}

/// Values to bind, in order. The first failure is kept until [`Values::finish`].
pub(crate) struct Values {
    arguments: SqliteArguments,
    failed: Option<BoxDynError>,
}

impl Values {
    /// Room for `count` values.
    pub(crate) fn new(count: usize) -> Self {
        let mut arguments = SqliteArguments::default();
        arguments.reserve(count, 0);
        Self { arguments, failed: None }
    }

    fn note(&mut self, result: Result<(), BoxDynError>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }

    /// A number.
    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        let result = self.arguments.add(value);
        self.note(result);
        self
    }

    /// A number or nothing.
    pub(crate) fn maybe(&mut self, value: Option<i64>) -> &mut Self {
        let result = self.arguments.add(value);
        self.note(result);
        self
    }

    /// A real number or nothing.
    pub(crate) fn real(&mut self, value: Option<f64>) -> &mut Self {
        let result = self.arguments.add(value);
        self.note(result);
        self
    }

    /// A text.
    pub(crate) fn text(&mut self, value: impl Into<String>) -> &mut Self {
        let result = self.arguments.add(value.into());
        self.note(result);
        self
    }

    /// A text or nothing.
    pub(crate) fn maybe_text(&mut self, value: Option<String>) -> &mut Self {
        let result = self.arguments.add(value);
        self.note(result);
        self
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self, value: impl Into<Vec<u8>>) -> &mut Self {
        let result = self.arguments.add(value.into());
        self.note(result);
        self
    }

    /// Bytes or nothing.
    pub(crate) fn maybe_bytes(&mut self, value: Option<Vec<u8>>) -> &mut Self {
        let result = self.arguments.add(value);
        self.note(result);
        self
    }

    /// The arguments, or the first failure.
    pub(crate) fn finish(self) -> Result<SqliteArguments, sqlx::Error> {
        match self.failed {
            Some(error) => Err(sqlx::Error::Encode(error)),
            None => Ok(self.arguments),
        }
    }
}

/// Reading columns by position.
pub(crate) trait Columns {
    /// A number.
    fn int(&self, index: usize) -> Result<i64, StoreError>;
    /// A number or nothing.
    fn maybe(&self, index: usize) -> Result<Option<i64>, StoreError>;
    /// A real number or nothing.
    fn maybe_real(&self, index: usize) -> Result<Option<f64>, StoreError>;
    /// A text.
    fn text(&self, index: usize) -> Result<String, StoreError>;
    /// A text or nothing.
    fn maybe_text(&self, index: usize) -> Result<Option<String>, StoreError>;
    /// Bytes.
    fn bytes(&self, index: usize) -> Result<Vec<u8>, StoreError>;

    /// A number that counts something.
    fn count(&self, index: usize) -> Result<u64, StoreError> {
        Ok(self.int(index)?.max(0).cast_unsigned())
    }

    /// An instant.
    fn time(&self, index: usize) -> Result<Timestamp, StoreError> {
        self.int(index).map(Timestamp)
    }

    /// An instant or nothing.
    fn maybe_time(&self, index: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe(index)?.map(Timestamp))
    }

    /// A stored enumeration.
    fn code<T: Code>(&self, index: usize) -> Result<T, StoreError> {
        T::read(self.int(index)?)
    }

    /// A finding's id.
    fn finding_id(&self, index: usize) -> Result<FindingId, StoreError> {
        Ok(FindingId::new(hex::encode(self.bytes(index)?)))
    }
}

const READING: &str = "reading a column";

impl Columns for SqliteRow {
    fn int(&self, index: usize) -> Result<i64, StoreError> {
        self.try_get_unchecked(index).doing(READING)
    }

    fn maybe(&self, index: usize) -> Result<Option<i64>, StoreError> {
        self.try_get_unchecked(index).doing(READING)
    }

    fn maybe_real(&self, index: usize) -> Result<Option<f64>, StoreError> {
        self.try_get_unchecked(index).doing(READING)
    }

    fn text(&self, index: usize) -> Result<String, StoreError> {
        self.try_get_unchecked(index).doing(READING)
    }

    fn maybe_text(&self, index: usize) -> Result<Option<String>, StoreError> {
        self.try_get_unchecked(index).doing(READING)
    }

    fn bytes(&self, index: usize) -> Result<Vec<u8>, StoreError> {
        self.try_get_unchecked(index).doing(READING)
    }
}

/// The 16 bytes of a finding's id.
pub(crate) fn id_bytes(id: &FindingId) -> Result<[u8; 16], StoreError> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(id.as_str(), &mut bytes).map_err(|_| StoreError::Unreadable {
        doing: "reading a finding's id",
        what: "it must have 32 hexadecimal digits".to_owned(),
    })?;
    Ok(bytes)
}
