//! Lists as CSV (RFC 4180), sent while they are read.

use std::fmt::Display;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, http::header::CACHE_CONTROL};
use futures_util::{Stream, StreamExt, stream};
use serde::{Serialize, Serializer};

/// A text that people wrote, in a cell.
///
/// Spreadsheets take what begins with one of `=+-@`, a tab or a line end for a formula; such a text gets an
/// apostrophe in front (OWASP, *CSV Injection*).
pub struct Cell<T>(pub T);

impl<T: AsRef<str>> Serialize for Cell<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.as_ref();
        if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
            serializer.collect_str(&format_args!("'{text}"))
        } else {
            serializer.serialize_str(text)
        }
    }
}

/// A download called `name` with a line for `columns` and one for each row.
///
/// Rows come in batches, each sent before the next one is asked for. A batch that fails breaks the download off, so
/// that no half list looks like a whole one.
pub fn csv_download<R, E>(
    name: &str,
    columns: &[&str],
    batches: impl Stream<Item = Result<Vec<R>, E>> + 'static,
) -> HttpResponse
where
    R: Serialize + 'static,
    E: Display + 'static,
{
    let head = stream::once(std::future::ready(lines(&[columns])));
    let body = batches.map(|batch| match batch {
        Ok(rows) => lines(&rows),
        Err(error) => {
            tracing::error!(%error, "A download was broken off");
            Err(std::io::Error::other("broken off"))
        }
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(head.chain(body).boxed_local())
}

fn lines<R: Serialize>(rows: &[R]) -> std::io::Result<Bytes> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(std::io::Error::other)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(Bytes::from(bytes))
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[derive(Serialize)]
    struct Row {
        title: Cell<&'static str>,
        amount: i64,
        note: Option<&'static str>,
    }

    fn row(title: &'static str) -> Row {
        Row {
            title: Cell(title),
            amount: -5,
            note: None,
        }
    }

    #[actix_web::test]
    async fn rows_are_quoted_and_formulas_are_texts() {
        let batches: [Result<_, String>; 2] = [
            Ok(vec![row("a, \"b\""), row("=1+1")]),
            Ok(vec![row("@x"), row("c")]),
        ];

        let response = csv_download("list.csv", &["title", "amount", "note"], stream::iter(batches));

        let body = to_bytes(response.into_body()).await.unwrap();
        assert_eq!(
            body,
            "title,amount,note\r\n\"a, \"\"b\"\"\",-5,\r\n'=1+1,-5,\r\n'@x,-5,\r\nc,-5,\r\n"
        );
    }

    #[actix_web::test]
    async fn a_list_that_fails_half_way_is_no_whole_list() {
        let batches: [Result<Vec<Row>, &str>; 2] = [Ok(vec![row("a")]), Err("the database is away")];

        let response = csv_download("list.csv", &["title", "amount", "note"], stream::iter(batches));

        assert!(to_bytes(response.into_body()).await.is_err());
    }
}
