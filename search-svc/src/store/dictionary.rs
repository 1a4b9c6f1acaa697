//! The words that unfinished and mistyped words can mean.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;
use souk_db::{Conn, prepared};

use super::schema::dictionary_words;
use crate::Result;

/// Adds words that are not there.
pub async fn add(conn: &mut Conn, words: &[String]) -> Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    // In order, so that two writers do not wait for each other.
    let add = "insert into dictionary_words (word) select distinct word from unnest($1) as word order by word
               on conflict do nothing";
    prepared(diesel::sql_query(add).bind::<Array<Text>, _>(words))
        .execute(conn)
        .await?;
    Ok(())
}

/// The words added after `seq`, with the last seq; a word that is committed late may be missed by a reader that has gone
/// on meanwhile.
pub async fn added_after(conn: &mut Conn, seq: i64) -> Result<Vec<(String, i64)>> {
    let words = dictionary_words::table
        .filter(dictionary_words::seq.gt(seq))
        .order(dictionary_words::seq)
        .select((dictionary_words::word, dictionary_words::seq));
    Ok(words.load(conn).await?)
}
