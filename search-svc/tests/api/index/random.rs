//! Random catalogues and searches, the same in every run.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use search_svc::domain::{
    Dictionary, Document, ProductFacts, ProductFilters, ProductSearch, Rating, SnapshotUse, Sort, TextQuery,
};
use search_svc::index::{DocumentWrite, SearchIndex};
use souk_contracts::Money;
use souk_contracts::events::{ProductCategory, ProductVariation, ShopSnapshot};
use uuid::Uuid;

use super::Fixture;
use super::reference::Reference;
use crate::facts::{category, product, shop, variation};

const PRODUCTS: usize = 120;
const SEARCHES: usize = 150;
const WORDS: [&str; 10] = [
    "leather", "boots", "boot", "wool", "hat", "blue", "shoes", "running", "table", "lamp",
];
const NAMES: [[&str; 3]; 3] = [
    ["Color", "color", "COLOR"],
    ["Size", " size", "SIZE"],
    ["a.b", "A.b", "a.B"],
];
const VALUES: [[&str; 3]; 4] = [
    ["Red", "red", "RED"],
    ["Blue", "blue", "bLUE"],
    ["XL", "xl", "Xl"],
    ["Qırmızı", "qirmizi", "QIRMIZI"],
];
const ATTRIBUTES: [[&str; 3]; 3] = [
    ["Brand", "brand", "BRAND"],
    ["Fabric", "fabric", "FABRIC"],
    ["x*y", "X*y", "x*Y"],
];

/// Numbers that look random (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn maybe<T>(&mut self, chances: usize, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(chances).then(|| value(self))
    }
}

struct Catalogue {
    shops: Vec<ShopSnapshot>,
    categories: Vec<ProductCategory>,
}

impl Catalogue {
    fn document(&self, numbers: &mut Numbers, version: i64) -> Document {
        let shop = numbers.pick(&self.shops);
        let title: Vec<&str> = (0..=numbers.below(3)).map(|_| *numbers.pick(&WORDS)).collect();
        let mut snapshot = product(shop, &title.join(" "));
        snapshot.about = numbers.maybe(2, |numbers| {
            format!("{} {}", numbers.pick(&WORDS), numbers.pick(&WORDS))
        });
        snapshot.attributes = named(numbers, &ATTRIBUTES);
        snapshot.categories = self
            .categories
            .iter()
            .filter(|_| numbers.one_in(3))
            .cloned()
            .collect();
        for category in &mut snapshot.categories {
            if numbers.one_in(3) {
                category.name = category.name.to_uppercase();
            }
        }
        snapshot.variations = (0..numbers.below(4)).map(|_| random_variation(numbers)).collect();
        ProductFacts {
            snapshot,
            rating: Rating {
                average_x100: *numbers.pick(&[0, 100, 250, 399, 400, 500]),
                count: 3,
            },
            shop_name: Some(shop.name.clone()),
            stock: BTreeMap::new(),
            version,
        }
        .document()
        .unwrap()
    }
}

fn random_variation(numbers: &mut Numbers) -> ProductVariation {
    let price = *numbers.pick(&[100, 100, 199, 200, 450, 999, 5_000, 120_000]);
    let mut made = variation(price, i32::from(numbers.one_in(2)));
    made.original_price = numbers.maybe(3, |_| Money::new(price + 100, made.price.currency));
    made.options = named(numbers, &NAMES);
    made
}

fn named(numbers: &mut Numbers, names: &[[&str; 3]]) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for name in names {
        if !numbers.one_in(3) {
            let value = *numbers.pick(&VALUES);
            values.insert(
                (*numbers.pick(name)).to_owned(),
                (*numbers.pick(&value)).to_owned(),
            );
        }
    }
    values
}

fn wanted(numbers: &mut Numbers, names: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut wanted = BTreeMap::new();
    for name in names {
        if numbers.one_in(5) {
            let values: BTreeSet<String> = ["red", "blue", "xl", "none"]
                .iter()
                .filter(|_| numbers.one_in(2))
                .map(|value| (*value).to_owned())
                .collect();
            if !values.is_empty() {
                wanted.insert((*name).to_owned(), values);
            }
        }
    }
    wanted
}

fn search(numbers: &mut Numbers, catalogue: &Catalogue, dictionary: &Dictionary) -> ProductSearch {
    let text = numbers.maybe(2, |numbers| {
        let words = [
            "leather",
            "boo",
            "shoos wool",
            "blue hat",
            "running lamps",
            "red",
            "nothing",
            "lea tabel",
        ];
        Arc::new(TextQuery::parse(words[numbers.below(words.len())], dictionary))
    });
    let hidden = catalogue
        .shops
        .iter()
        .filter(|_| numbers.one_in(8))
        .map(|shop| shop.shop_id);
    let hidden: HashSet<Uuid> = hidden.collect();
    ProductSearch {
        text,
        filters: ProductFilters {
            category: numbers.maybe(6, |numbers| numbers.pick(&catalogue.categories).id),
            shop: numbers.maybe(8, |numbers| numbers.pick(&catalogue.shops).shop_id),
            min_price: numbers.maybe(5, |numbers| *numbers.pick(&[0, 150, 200, 1_000])),
            max_price: numbers.maybe(5, |numbers| *numbers.pick(&[199, 450, 10_000])),
            in_stock: numbers.maybe(5, |numbers| numbers.one_in(2)),
            on_sale: numbers.maybe(6, |numbers| numbers.one_in(2)),
            min_rating_x100: numbers.maybe(6, |numbers| *numbers.pick(&[100, 400])),
            options: wanted(numbers, &["color", "size", "a.b", "unknown"]),
            attributes: wanted(numbers, &["brand", "fabric", "x*y"]),
        },
        hidden_shops: hidden.into(),
        sort: *numbers.pick(&[
            Sort::Relevance,
            Sort::Newest,
            Sort::PriceUp,
            Sort::PriceDown,
            Sort::Rating,
        ]),
        limit: *numbers.pick(&[1, 7, 20, 200]),
        after: None,
        hits_only: false,
        snapshot: SnapshotUse::Latest,
    }
}

/// Every answer, page by page, is what the definitions say.
pub async fn random_searches_are_answered_by_the_definitions<F: Fixture>() {
    let fixture = F::open().await;
    let mut numbers = Numbers(0x5eed);
    let catalogue = Catalogue {
        shops: ["Ali Baba", "Sinbad", "Leather House"].map(shop).into(),
        categories: ["Shoes", "Wool things", "Garden"].map(category).into(),
    };
    let documents: Vec<Document> = (1..)
        .take(PRODUCTS)
        .map(|version| catalogue.document(&mut numbers, version))
        .collect();
    let words = documents
        .iter()
        .flat_map(|document| document.dictionary_words().map(str::to_owned));
    let dictionary = Dictionary::new(words);
    let id = Uuid::now_v7();
    let index = fixture.index();
    index.create(id).await.unwrap();
    let writes = documents.iter().map(|document| DocumentWrite {
        key: document.key(),
        version: document.version,
        document: Some(document.clone()),
    });
    assert_eq!(index.write(id, writes.collect()).await.unwrap(), []);
    index.commit(id).await.unwrap();
    index.activate(id).await.unwrap();
    let reference = Reference { documents };

    let mut found_in_all = 0;
    for number in 0..SEARCHES {
        let mut search = search(&mut numbers, &catalogue, &dictionary);
        for page in 0..4 {
            let expected = reference.page(&search);
            let found = index.search_products(search.clone()).await.unwrap();
            let what = format!("page {page} of search {number}: {search:#?}");
            let ids = |page: &search_svc::domain::ProductPage| {
                page.hits.iter().map(|hit| hit.card.id).collect::<Vec<_>>()
            };
            assert_eq!(
                (found.total, ids(&found)),
                (expected.total, ids(&expected)),
                "{what}"
            );
            assert_eq!(found.facets, expected.facets, "{what}");
            assert_eq!(found, expected, "{what}");
            found_in_all += found.hits.len();
            search.after = found.hits.last().map(|hit| hit.position);
            if !found.has_more {
                break;
            }
        }
    }
    assert!(
        found_in_all > 5 * SEARCHES,
        "only {found_in_all} hits were compared"
    );
}
