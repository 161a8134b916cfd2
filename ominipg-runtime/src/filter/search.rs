//! Searches by words.

use super::{Expr, Filter, Order};
use crate::model::Model;
use crate::param::Param;
use crate::schema::{SearchDef, TableDef};
use crate::sql::Sql;

impl<M: Model> Filter<M> {
    /// Rows that have these words. PostgreSQL understands the search as search engines do: words, `-without`, `or`, and
    /// `"phrases"`; nothing in it is an error.
    #[doc(hidden)]
    pub fn search(words: &str) -> Self {
        Self::new(Expr::Search(M::TABLE, Param::text(words)))
    }
}

impl<M: Model> Order<M> {
    /// The rows that fit a search best first.
    #[doc(hidden)]
    pub fn search(words: &str) -> Self {
        Self::by_search(M::TABLE, Param::text(words))
    }
}

impl Sql {
    /// `to_tsvector(…) @@ websearch_to_tsquery(…)`
    pub(crate) fn search(&mut self, table: &TableDef, words: &Param) -> &mut Self {
        let Some(search) = &table.search else { return self.push("false") };
        self.searched(table, search).push(" @@ ").query(search, words)
    }

    /// `ts_rank(…)`
    pub(crate) fn rank(&mut self, table: &TableDef, words: &Param) -> &mut Self {
        let Some(search) = &table.search else { return self.push("0") };
        self.push("ts_rank(").searched(table, search).push(", ").query(search, words).push(")")
    }

    /// The expression that the index is of.
    fn searched(&mut self, table: &TableDef, search: &SearchDef) -> &mut Self {
        self.push("to_tsvector(").text(search.language);
        for (index, &column) in search.columns.iter().enumerate() {
            self.push(if index == 0 { ", " } else { " || ' ' || " });
            self.push("coalesce(").column(&table.columns[column]).push(", '')");
        }
        self.push(")")
    }

    fn query(&mut self, search: &SearchDef, words: &Param) -> &mut Self {
        self.push("websearch_to_tsquery(").text(search.language).push(", ").param(words.clone()).push(")")
    }
}
