//! Reads the rows that fit the words once: filters them, counts them, and keeps the best.

use tantivy::{DocAddress, SegmentOrdinal, SegmentReader};

use super::columns::SegmentColumns;
use super::counts::Counts;
use super::plan::{Plan, product_filter, variation_filter};
use super::schema::{AVAILABLE, Fields, RowState};
use super::scores::{self, Scored};
use super::top::{Rank, TopHits};
use crate::domain::{Sort, TextQuery};

/// What a search collects over all segments.
pub struct Evaluation<'a> {
    plan: &'a Plan,
    /// The counts of the facets.
    pub counts: Counts,
    /// The best hits.
    pub top: TopHits,
    /// How many products fit.
    pub total: u64,
    /// How many rows were read, over all segments.
    rows: u32,
    /// Products of this segment whose variations all meet the filters, by kind of their summary.
    kinds: Vec<u32>,
}

/// The offers of a product that meet the filters, or all but one.
#[derive(Default)]
struct Offers {
    /// Whether one meets all filters.
    any: bool,
    /// The one that a hit shows: whether it is sold out, and its price.
    best: Option<(bool, i64)>,
}

impl<'a> Evaluation<'a> {
    /// Nothing collected yet.
    pub fn new(plan: &'a Plan, top: TopHits) -> Self {
        Self {
            plan,
            counts: Counts::new(plan.names.len()),
            top,
            total: 0,
            rows: 0,
            kinds: Vec::new(),
        }
    }

    /// Collects from a segment.
    pub fn segment(
        &mut self,
        ordinal: SegmentOrdinal,
        segment: &SegmentReader,
        columns: &SegmentColumns,
        fields: &Fields,
        text: Option<&TextQuery>,
    ) -> tantivy::Result<()> {
        self.kinds = vec![0; columns.summaries.kinds.len()];
        let mut row = |row: usize, score: f32| {
            let doc = u32::try_from(row).unwrap_or(u32::MAX);
            if !segment.is_deleted(doc) {
                self.row(columns, row, score, DocAddress::new(ordinal, doc));
            }
        };
        match text {
            Some(text) => {
                let Scored { rows, scores } = scores::score(segment, fields, text)?;
                rows.iter()
                    .for_each(|at| row(at, scores.get(at).copied().unwrap_or_default()));
            }
            None => (0..columns.state.len()).for_each(|at| row(at, 0.0)),
        }
        for (kind, products) in columns.summaries.kinds.iter().zip(&self.kinds) {
            if *products > 0 {
                self.counts.add_kind(kind, *products);
            }
        }
        Ok(())
    }

    fn row(&mut self, columns: &SegmentColumns, row: usize, score: f32, address: DocAddress) {
        let (Some(&state), Some(&shop)) = (columns.state.get(row), columns.shop.get(row)) else {
            return;
        };
        if state != RowState::Product.code() || self.plan.is_hidden(shop) {
            return;
        }
        let rating = columns.rating.get(row).copied().unwrap_or_default();
        let values = columns.values.of(row);
        let failed = self.plan.failed_by_product(shop, rating, values);
        if failed & failed.wrapping_sub(1) != 0 {
            // Two filters are failed: no facet follows such a product.
            return;
        }
        self.rows += 1;
        if self.plan.hits_only && failed != 0 {
            return;
        }
        let offers = if self.plan.has_variation_filters {
            self.offers(columns, row, failed == 0 && !self.plan.hits_only)
        } else {
            self.all_offers(columns, row)
        };
        if !offers.any {
            return;
        }
        if failed == 0 {
            self.total += 1;
            let rank = self.rank(columns, row, score, rating, &offers);
            self.top.offer(rank, address);
        }
        if self.plan.hits_only {
            return;
        }
        if failed == 0 && !self.plan.has_variation_filters {
            self.count_whole(columns, row, shop, rating, values);
        } else {
            self.count(failed, shop, rating, values);
        }
    }

    /// The offers of a product when nothing is asked of them.
    fn all_offers(&self, columns: &SegmentColumns, row: usize) -> Offers {
        let variations = &columns.variations;
        let offer = |at: usize| {
            let flags = variations.flags.get(at)?;
            Some((flags & AVAILABLE == 0, *variations.prices.get(at)?))
        };
        let is_shown = matches!(self.plan.sort, Sort::PriceUp | Sort::PriceDown);
        Offers {
            any: true,
            best: if is_shown {
                variations.of(row).filter_map(offer).min()
            } else {
                None
            },
        }
    }

    /// Counts a product that meets all filters, with all its variations.
    fn count_whole(&mut self, columns: &SegmentColumns, row: usize, shop: u32, rating: i32, values: &[u32]) {
        let summaries = &columns.summaries;
        self.counts.add_once(shop);
        self.counts.add_rating(rating);
        for number in values.iter().chain(summaries.options.of(row)) {
            self.counts.add_once(*number);
        }
        let kind = summaries
            .kind_of
            .get(row)
            .and_then(|kind| usize::try_from(*kind).ok());
        if let Some(products) = kind.and_then(|kind| self.kinds.get_mut(kind)) {
            *products += 1;
        }
    }

    /// Looks through the variations, and counts them for a product that meets all its own filters.
    fn offers(&mut self, columns: &SegmentColumns, row: usize, is_counted: bool) -> Offers {
        let variations = &columns.variations;
        let mut offers = Offers::default();
        let (mut steps, mut available, mut sold_out) = (0_u64, false, false);
        for at in variations.of(row) {
            let price = variations.prices.get(at).copied().unwrap_or_default();
            let flags = variations.flags.get(at).copied().unwrap_or_default();
            let options = variations.options.of(at);
            let failed = self.plan.failed_by_variation(price, flags, options);
            let is_available = flags & AVAILABLE != 0;
            if failed == 0 {
                offers.any = true;
                let offer = (!is_available, price);
                offers.best = Some(offers.best.map_or(offer, |best| best.min(offer)));
            }
            if !is_counted || failed & failed.wrapping_sub(1) != 0 {
                continue;
            }
            if failed & !variation_filter::PRICE == 0 {
                self.counts.note_price(price, &mut steps);
            }
            if failed & !variation_filter::STOCK == 0 {
                available |= is_available;
                sold_out |= !is_available;
            }
            if failed == 0 || failed >> variation_filter::FIRST_OPTION != 0 {
                for option in options {
                    if self.plan.counts_option(*option, failed) {
                        self.add(*option);
                    }
                }
            }
        }
        if is_counted {
            self.counts.add_prices(steps);
            self.counts.add_stock(available, sold_out);
        }
        offers
    }

    /// Counts a product that has an offer, for the facets of the one filter that it fails or for all.
    fn count(&mut self, failed: u32, shop: u32, rating: i32, values: &[u32]) {
        if failed & !product_filter::SHOP == 0 {
            self.counts.add(shop, self.rows);
        }
        if failed & !product_filter::RATING == 0 {
            self.counts.add_rating(rating);
        }
        for value in values {
            // A category has no name of its own, an attribute belongs to one.
            let is_category = self.name(*value) == *value;
            let is_counted = if is_category {
                failed & !product_filter::CATEGORY == 0
            } else {
                self.plan.counts_attribute(*value, failed)
            };
            if is_counted {
                self.add(*value);
            }
        }
    }

    /// Counts a value and its name.
    fn add(&mut self, value: u32) {
        self.counts.add(value, self.rows);
        let name = self.name(value);
        if name != value {
            self.counts.add(name, self.rows);
        }
    }

    fn name(&self, value: u32) -> u32 {
        let at = usize::try_from(value).unwrap_or(usize::MAX);
        self.plan.names.get(at).copied().unwrap_or(value)
    }

    fn rank(&self, columns: &SegmentColumns, row: usize, score: f32, rating: i32, offers: &Offers) -> Rank {
        let id = columns.id.get(row).copied().unwrap_or_default();
        match self.plan.sort {
            Sort::Relevance => {
                let rank = columns.rank.get(row).copied().unwrap_or(1.0);
                Rank::of_score(score * rank, id)
            }
            Sort::Newest => Rank::of_age(id),
            Sort::PriceUp => Rank::of_price(offers.best, false, id),
            Sort::PriceDown => Rank::of_price(offers.best, true, id),
            Sort::Rating => Rank::of_rating(rating, id),
        }
    }
}
