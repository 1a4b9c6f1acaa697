//! The fields of the embedded index, and how a document becomes one of its rows.

use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use crate::domain::{self, Document};
use crate::index::Key;

/// Raise it with every change here or in the analysis of text: an index of another version is rebuilt.
pub const SCHEMA_VERSION: u32 = 1;

/// Words come separated by spaces and ready, so nothing may be done to them here.
const SPLIT_ONLY: &str = "whitespace";

/// The fields by name.
#[derive(Debug, Clone)]
pub struct Fields {
    /// All of them.
    pub schema: Schema,
    /// Kind and id, unique.
    pub key: Field,
    /// Kind.
    pub kind: Field,
    title: Field,
    tags: Field,
    about: Field,
    code: Field,
    whole_title: Field,
    rank: Field,
    id_high: Field,
    id_low: Field,
    /// What a hit shows, as JSON.
    pub card: Field,
}

impl Fields {
    /// Names of the columns that scores are made of: rank, then the halves of the id.
    pub const COLUMNS: [&str; 3] = ["rank", "id_high", "id_low"];

    /// The schema of [`SCHEMA_VERSION`].
    pub fn new() -> Self {
        let mut schema = Schema::builder();
        let words = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(SPLIT_ONLY)
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        );
        let [rank, id_high, id_low] = Self::COLUMNS;
        Self {
            key: schema.add_text_field("key", STRING),
            kind: schema.add_text_field("kind", STRING),
            title: schema.add_text_field("title", words.clone()),
            tags: schema.add_text_field("tags", words.clone()),
            about: schema.add_text_field("about", words),
            code: schema.add_text_field("code", STRING),
            whole_title: schema.add_text_field("whole_title", STRING),
            rank: schema.add_f64_field(rank, FAST),
            id_high: schema.add_u64_field(id_high, FAST),
            id_low: schema.add_u64_field(id_low, FAST),
            card: schema.add_text_field("card", STORED),
            schema: schema.build(),
        }
    }

    /// The unique term of a document.
    pub fn key_term(&self, key: Key) -> Term {
        Term::from_field_text(self.key, &key_text(key))
    }

    /// The term of a word in a field.
    pub fn term(&self, field: domain::Field, word: &str) -> Term {
        let field = match field {
            domain::Field::Title => self.title,
            domain::Field::Tags => self.tags,
            domain::Field::About => self.about,
            domain::Field::Code => self.code,
            domain::Field::WholeTitle => self.whole_title,
        };
        Term::from_field_text(field, word)
    }

    /// The row of a document.
    pub fn row(&self, document: &Document) -> Result<TantivyDocument, serde_json::Error> {
        let card = &document.card;
        let (id_high, id_low) = card.id.as_u64_pair();
        let mut row = TantivyDocument::default();
        row.add_text(
            self.key,
            key_text(Key {
                kind: card.kind,
                id: card.id,
            }),
        );
        row.add_text(self.kind, card.kind.as_str());
        row.add_text(self.title, &document.title);
        row.add_text(self.tags, &document.tags);
        row.add_text(self.about, &document.about);
        row.add_text(self.code, &document.code);
        row.add_text(self.whole_title, &document.whole_title);
        row.add_f64(self.rank, f64::from(document.rank));
        row.add_u64(self.id_high, id_high);
        row.add_u64(self.id_low, id_low);
        row.add_text(self.card, serde_json::to_string(card)?);
        Ok(row)
    }
}

fn key_text(key: Key) -> String {
    format!("{}:{}", key.kind, key.id)
}
