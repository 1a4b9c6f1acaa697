//! The columns of a segment, decoded once: a search reads them millions of times a second.

use std::io;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use super::interner::{Interner, NONE};
use super::schema::columns;
use super::summaries::Summaries;

/// Values are given their numbers in groups of this size, so that nobody waits long for the interner.
const INTERN_AT_ONCE: usize = 4_096;

/// What is known of each row of a segment.
pub struct SegmentColumns {
    pub state: Vec<u8>,
    pub rank: Vec<f32>,
    pub id: Vec<u128>,
    pub rating: Vec<i32>,
    pub shop: Vec<u32>,
    pub values: Lists<u32>,
    pub variations: Variations,
    pub summaries: Summaries,
}

/// Lists of different length, one per row.
pub struct Lists<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

/// The variations of each row.
pub struct Variations {
    starts: Vec<u32>,
    pub prices: Vec<i64>,
    pub flags: Vec<u8>,
    pub options: Lists<u32>,
}

impl<T> Lists<T> {
    pub fn with_capacity(rows: usize) -> Self {
        let mut starts = Vec::with_capacity(rows + 1);
        starts.push(0);
        Self {
            starts,
            items: Vec::new(),
        }
    }

    fn end_row(&mut self) {
        self.starts
            .push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    /// Adds the list of the next row.
    pub fn push_row(&mut self, items: &[T])
    where
        T: Copy,
    {
        self.items.extend_from_slice(items);
        self.end_row();
    }

    pub fn shrink_to_fit(&mut self) {
        self.items.shrink_to_fit();
    }

    /// The list of a row.
    pub fn of(&self, row: usize) -> &[T] {
        let bound = |row: usize| {
            self.starts
                .get(row)
                .and_then(|start| usize::try_from(*start).ok())
        };
        match (bound(row), bound(row + 1)) {
            (Some(start), Some(end)) => self.items.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl Variations {
    /// Where the variations of a row are in the lists of variations.
    pub fn of(&self, row: usize) -> std::ops::Range<usize> {
        let bound = |row: usize| {
            self.starts
                .get(row)
                .and_then(|start| usize::try_from(*start).ok())
        };
        bound(row).unwrap_or_default()..bound(row + 1).unwrap_or_default()
    }
}

impl SegmentColumns {
    /// Reads all columns of a segment.
    pub fn read(segment: &SegmentReader, interner: &Interner) -> io::Result<Self> {
        let fast = segment.fast_fields();
        let failed = |error: tantivy::TantivyError| io::Error::other(error);
        let rows = segment.max_doc();
        let number = |name| fast.u64(name).map_err(failed);
        let signed = |name| fast.i64(name).map_err(failed);
        let (high, low) = (number(columns::ID_HIGH)?, number(columns::ID_LOW)?);
        let id = |row| {
            let pair = (first(&high, row), first(&low, row));
            Uuid::from_u64_pair(pair.0, pair.1).as_u128()
        };
        let state = number(columns::STATE)?;
        let rating = signed(columns::RATING)?;
        let rank = fast.f64(columns::RANK).map_err(failed)?;
        let text = |name| fast.str(name).map_err(failed);
        let values = Numbers::read(text(columns::VALUES)?, interner)?.lists(rows);
        let variations = Variations {
            starts: starts(&signed(columns::PRICES)?, rows),
            prices: all(&signed(columns::PRICES)?, rows),
            flags: all(&number(columns::FLAGS)?, rows)
                .into_iter()
                .map(|flags| u8::try_from(flags).unwrap_or_default())
                .collect(),
            options: options(
                &Numbers::read(text(columns::OPTIONS)?, interner)?,
                &number(columns::OPTION_VARIATION)?,
                &signed(columns::PRICES)?,
                rows,
            ),
        };
        let summaries = Summaries::new(
            usize::try_from(rows).unwrap_or_default(),
            &values,
            &variations,
            &interner.names(),
        );
        Ok(Self {
            state: (0..rows)
                .map(|row| u8::try_from(first(&state, row)).unwrap_or(u8::MAX))
                .collect(),
            rank: (0..rows)
                .map(|row| narrow(rank.first(row).unwrap_or(1.0)))
                .collect(),
            id: (0..rows).map(id).collect(),
            rating: (0..rows)
                .map(|row| i32::try_from(first(&rating, row)).unwrap_or_default())
                .collect(),
            shop: Numbers::read(text(columns::SHOP)?, interner)?.firsts(rows),
            values,
            variations,
            summaries,
        })
    }
}

/// A column of text whose values have numbers.
struct Numbers {
    column: Option<StrColumn>,
    /// By place in the dictionary of the segment.
    numbers: Vec<u32>,
}

impl Numbers {
    fn read(column: Option<StrColumn>, interner: &Interner) -> io::Result<Self> {
        let mut numbers = Vec::new();
        if let Some(column) = &column {
            let mut texts = Vec::with_capacity(INTERN_AT_ONCE);
            let mut stream = column.dictionary().stream()?;
            while stream.advance() {
                texts.push(String::from_utf8_lossy(stream.key()).into_owned());
                if texts.len() == INTERN_AT_ONCE {
                    numbers.append(&mut interner.intern(&texts));
                    texts.clear();
                }
            }
            numbers.append(&mut interner.intern(&texts));
        }
        Ok(Self { column, numbers })
    }

    fn of(&self, row: DocId) -> impl Iterator<Item = u32> + '_ {
        let places = self
            .column
            .iter()
            .flat_map(move |column| column.ords().values_for_doc(row));
        places.filter_map(|place| self.numbers.get(usize::try_from(place).ok()?).copied())
    }

    fn firsts(&self, rows: DocId) -> Vec<u32> {
        (0..rows).map(|row| self.of(row).next().unwrap_or(NONE)).collect()
    }

    fn lists(&self, rows: DocId) -> Lists<u32> {
        let mut lists = Lists::with_capacity(usize::try_from(rows).unwrap_or_default());
        let mut values = Vec::new();
        for row in 0..rows {
            values.clear();
            values.extend(self.of(row));
            // A value counts once, however often it was given.
            values.sort_unstable();
            values.dedup();
            lists.push_row(&values);
        }
        lists.items.shrink_to_fit();
        lists
    }
}

/// The options of each variation: `places` says to which variation of its row an option belongs.
fn options(numbers: &Numbers, places: &Column<u64>, prices: &Column<i64>, rows: DocId) -> Lists<u32> {
    let mut lists = Lists::with_capacity(usize::try_from(rows).unwrap_or_default());
    for row in 0..rows {
        let mut pairs = places.values_for_doc(row).zip(numbers.of(row)).peekable();
        for (place, _) in (0_u64..).zip(prices.values_for_doc(row)) {
            while let Some((_, number)) = pairs.next_if(|(of, _)| *of == place) {
                lists.items.push(number);
            }
            lists.end_row();
        }
    }
    lists.items.shrink_to_fit();
    lists
}

fn first<T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + Default + 'static>(
    column: &Column<T>,
    row: DocId,
) -> T {
    column.first(row).unwrap_or_default()
}

fn all<T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static>(
    column: &Column<T>,
    rows: DocId,
) -> Vec<T> {
    let mut values: Vec<T> = (0..rows).flat_map(|row| column.values_for_doc(row)).collect();
    values.shrink_to_fit();
    values
}

fn starts<T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static>(
    column: &Column<T>,
    rows: DocId,
) -> Vec<u32> {
    let mut end = 0_u32;
    let counts = (0..rows).map(|row| u32::try_from(column.values_for_doc(row).count()).unwrap_or_default());
    std::iter::once(0)
        .chain(counts.map(|count| {
            end = end.saturating_add(count);
            end
        }))
        .collect()
}

#[expect(clippy::as_conversions, reason = "a rank is near 1 and was an f32")]
fn narrow(rank: f64) -> f32 {
    rank as f32
}
