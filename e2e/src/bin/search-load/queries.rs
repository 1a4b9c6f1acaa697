//! What is searched for.

use std::collections::HashSet;

use crate::data::{COLORS, Dataset};

/// Different queries. Nothing keeps answers, so that it does not matter when one comes again.
const QUERIES: usize = 20_000;

/// Two words each, drawn by the law that the products' words are drawn by; every third has one filter. The paths and
/// parameters of `GET`.
pub fn query_pool(dataset: &Dataset) -> Vec<String> {
    let mut dice = dataset.query_dice();
    let mut seen = HashSet::with_capacity(QUERIES);
    let mut pool = Vec::with_capacity(QUERIES);
    while pool.len() < QUERIES {
        let mut draw = || dataset.vocabulary.draw(&mut dice).to_owned();
        let (one, other) = (draw(), draw());
        let filter = match pool.len() % 9 {
            2 => "&in_stock=true".to_owned(),
            5 => {
                let color = dice.one_of(&COLORS).copied().unwrap_or_default();
                format!("&option.color={color}")
            }
            8 => format!("&category={}", dataset.category_of(&mut dice).0.id),
            _ => String::new(),
        };
        let query = format!("/api/v1/search/products?q={one}+{other}&limit=20{filter}");
        if one != other && seen.insert(query.clone()) {
            pool.push(query);
        }
    }
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_queries_has_a_filter() {
        let pool = query_pool(&Dataset::new(10));
        let with = |text: &str| pool.iter().filter(|query| query.contains(text)).count();

        assert_eq!(pool.len(), QUERIES);
        for filter in ["&in_stock=", "&option.color=", "&category="] {
            assert_eq!(with(filter), QUERIES / 9, "{filter}");
        }
        assert_eq!(pool, query_pool(&Dataset::new(20)));
    }
}
