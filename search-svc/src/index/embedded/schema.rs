//! The fields of the embedded index, and how a document becomes one of its rows.

use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use super::interner::encode;
use crate::domain::{self, Dimension, Document, Key, Kind};
use crate::index::DocumentWrite;

/// Words come separated by spaces and ready, so nothing may be done to them here.
const SPLIT_ONLY: &str = "whitespace";

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// A shop.
    Shop,
    /// A product.
    Product,
    /// Something that was taken out; its row keeps the version.
    Removed,
}

impl RowState {
    /// The state of a document of this kind.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Shop => Self::Shop,
            Kind::Product => Self::Product,
        }
    }

    /// Its number in the index.
    pub fn code(self) -> u8 {
        match self {
            Self::Shop => 0,
            Self::Product => 1,
            Self::Removed => 2,
        }
    }
}

/// A variation can be bought now.
pub const AVAILABLE: u8 = 1;
/// A variation costs less than before.
pub const ON_SALE: u8 = 2;

/// Names of the columns.
pub mod columns {
    pub const STATE: &str = "state";
    pub const VERSION: &str = "version";
    pub const RANK: &str = "rank";
    pub const ID_HIGH: &str = "id_high";
    pub const ID_LOW: &str = "id_low";
    pub const RATING: &str = "rating";
    pub const SHOP: &str = "shop";
    /// Categories and attributes.
    pub const VALUES: &str = "values";
    /// One entry per variation, like [`FLAGS`].
    pub const PRICES: &str = "prices";
    pub const FLAGS: &str = "flags";
    /// One entry per option of a variation, like [`OPTION_VARIATION`].
    pub const OPTIONS: &str = "options";
    pub const OPTION_VARIATION: &str = "option_variation";
}

/// The fields by name.
#[derive(Debug, Clone)]
pub struct Fields {
    /// All of them.
    pub schema: Schema,
    /// Kind and id, unique.
    pub key: Field,
    title: Field,
    tags: Field,
    about: Field,
    codes: Field,
    whole_title: Field,
    state: Field,
    version: Field,
    rank: Field,
    id_high: Field,
    id_low: Field,
    rating: Field,
    shop: Field,
    values: Field,
    prices: Field,
    flags: Field,
    options: Field,
    option_variation: Field,
    /// What a hit shows, as JSON.
    pub card: Field,
}

impl Fields {
    /// The schema of this build.
    pub fn new() -> Self {
        let mut schema = Schema::builder();
        let words = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(SPLIT_ONLY)
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        );
        let counted = TextOptions::default().set_fast("raw");
        Self {
            key: schema.add_text_field("key", STRING),
            title: schema.add_text_field("title", words.clone()),
            tags: schema.add_text_field("tags", words.clone()),
            about: schema.add_text_field("about", words),
            codes: schema.add_text_field("codes", STRING),
            whole_title: schema.add_text_field("whole_title", STRING),
            state: schema.add_u64_field(columns::STATE, FAST),
            version: schema.add_i64_field(columns::VERSION, FAST),
            rank: schema.add_f64_field(columns::RANK, FAST),
            id_high: schema.add_u64_field(columns::ID_HIGH, FAST),
            id_low: schema.add_u64_field(columns::ID_LOW, FAST),
            rating: schema.add_i64_field(columns::RATING, FAST),
            shop: schema.add_text_field(columns::SHOP, counted.clone()),
            values: schema.add_text_field(columns::VALUES, counted.clone()),
            prices: schema.add_i64_field(columns::PRICES, FAST),
            flags: schema.add_u64_field(columns::FLAGS, FAST),
            options: schema.add_text_field(columns::OPTIONS, counted),
            option_variation: schema.add_u64_field(columns::OPTION_VARIATION, FAST),
            card: schema.add_text_field("card", STORED),
            schema: schema.build(),
        }
    }

    /// The unique term of a document.
    pub fn key_term(&self, key: Key) -> Term {
        Term::from_field_text(self.key, &key.to_string())
    }

    /// The term of a word in a field.
    pub fn term(&self, field: domain::Field, word: &str) -> Term {
        let field = match field {
            domain::Field::Title => self.title,
            domain::Field::Tags => self.tags,
            domain::Field::About => self.about,
            domain::Field::Codes => self.codes,
            domain::Field::WholeTitle => self.whole_title,
        };
        Term::from_field_text(field, word)
    }

    /// The row of a write.
    pub fn row(&self, write: &DocumentWrite) -> Result<TantivyDocument, serde_json::Error> {
        let mut row = TantivyDocument::default();
        let (id_high, id_low) = write.key.id.as_u64_pair();
        row.add_text(self.key, write.key.to_string());
        row.add_i64(self.version, write.version);
        row.add_u64(self.id_high, id_high);
        row.add_u64(self.id_low, id_low);
        let state = match &write.document {
            Some(document) => {
                self.add_document(&mut row, document)?;
                RowState::of(write.key.kind)
            }
            None => RowState::Removed,
        };
        row.add_u64(self.state, u64::from(state.code()));
        Ok(row)
    }

    fn add_document(&self, row: &mut TantivyDocument, document: &Document) -> Result<(), serde_json::Error> {
        row.add_text(self.title, &document.title);
        row.add_text(self.tags, &document.tags);
        row.add_text(self.about, &document.about);
        for code in &document.codes {
            row.add_text(self.codes, code);
        }
        row.add_text(self.whole_title, &document.whole_title);
        row.add_f64(self.rank, f64::from(document.rank));
        row.add_i64(self.rating, i64::from(document.card.rating.average_x100));
        row.add_text(self.shop, encode(Dimension::Shop, &document.shop));
        for category in &document.categories {
            row.add_text(self.values, encode(Dimension::Category, category));
        }
        for attribute in &document.attributes {
            row.add_text(self.values, encode(Dimension::Attribute, attribute));
        }
        for (place, variation) in (0_u64..).zip(&document.variations) {
            let available = if variation.available { AVAILABLE } else { 0 };
            let on_sale = if variation.on_sale { ON_SALE } else { 0 };
            row.add_i64(self.prices, variation.price);
            row.add_u64(self.flags, u64::from(available | on_sale));
            for option in &variation.options {
                row.add_text(self.options, encode(Dimension::Option, option));
                row.add_u64(self.option_variation, place);
            }
        }
        row.add_text(self.card, serde_json::to_string(&document.card)?);
        Ok(())
    }
}
