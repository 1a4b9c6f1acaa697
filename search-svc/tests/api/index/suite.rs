//! What every backend must do.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use search_svc::domain::{
    Card, Document, Key, Kind, Position, ProductFilters, ProductSearch, SnapshotUse, Sort, facet_key,
};
use search_svc::index::{DocumentWrite, IndexError, SearchIndex};
use souk_contracts::events::{ProductSnapshot, ShopSnapshot};
use uuid::Uuid;

pub use super::random::random_searches_are_answered_by_the_definitions;
use super::{Fixture, TestIndex, ids, listing, put, titles};
use crate::facts::{
    category, options, product, product_document, rated_document, rating, shop, shop_document, variation,
};

/// An index of products of one shop.
async fn with<F: Fixture>(names: &[&str]) -> TestIndex<F> {
    let shop = shop("Ali Baba");
    let documents = names
        .iter()
        .map(|title| product_document(&shop, &product(&shop, title)));
    TestIndex::with(documents).await
}

fn sorted(mut titles: Vec<String>) -> Vec<String> {
    titles.sort();
    titles
}

pub async fn typing_errors_are_forgiven<F: Fixture>() {
    let it = with::<F>(&["Blue suede shoes", "Leather boots", "Wool hat"]).await;

    assert_eq!(
        sorted(it.titles("shoos lether").await),
        ["Blue suede shoes", "Leather boots"]
    );
    assert_eq!(it.titles("sheos").await, ["Blue suede shoes"]);
    assert_eq!(it.titles("leahter").await, ["Leather boots"]);
    assert_eq!(it.titles("xyz").await, [""; 0]);
}

pub async fn short_words_and_numbers_must_be_right<F: Fixture>() {
    let it = with::<F>(&["TV stand", "Size 42 shoes"]).await;

    assert_eq!(it.titles("tx").await, [""; 0]);
    assert_eq!(it.titles("43").await, [""; 0]);
    assert_eq!(it.titles("42").await, ["Size 42 shoes"]);
}

pub async fn word_endings_do_not_matter<F: Fixture>() {
    let it = with::<F>(&["Running shoe", "Rechargeable batteries"]).await;

    assert_eq!(it.titles("shoes for runs").await, ["Running shoe"]);
    assert_eq!(it.titles("battery").await, ["Rechargeable batteries"]);
}

pub async fn letters_are_found_however_they_are_typed<F: Fixture>() {
    let it = with::<F>(&["Qırmızı çanta", "Ədviyyat", "Crème brûlée", "Güzgü İŞIQLI"]).await;

    for (typed, title) in [
        ("qirmizi canta", "Qırmızı çanta"),
        ("QIRMIZI", "Qırmızı çanta"),
        ("edviyyat", "Ədviyyat"),
        ("ƏDVİYYAT", "Ədviyyat"),
        ("creme", "Crème brûlée"),
        ("gu\u{308}zgu\u{308}", "Güzgü İŞIQLI"),
        ("isiqli", "Güzgü İŞIQLI"),
    ] {
        assert_eq!(it.titles(typed).await, [title], "{typed}");
    }
}

pub async fn an_unfinished_word_finds_what_begins_with_it<F: Fixture>() {
    let it = with::<F>(&["Leather boots", "Wool hat"]).await;

    assert_eq!(it.titles("lea").await, ["Leather boots"]);
    assert_eq!(it.titles("wool leat").await.len(), 2);
    assert_eq!(it.titles("le").await, [""; 0]);
}

pub async fn the_exact_word_ranks_above_a_similar_one<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut described = product(&shop, "Garden chair");
    described.about = Some("Put it on your boat.".into());
    let praised = product(&shop, "Boots");
    let named = product(&shop, "Boat");
    let it = TestIndex::<F>::with([
        product_document(&shop, &described),
        rated_document(&shop, &praised, rating(500, 900)),
        product_document(&shop, &named),
    ])
    .await;

    assert_eq!(it.titles("boat").await, ["Boat", "Garden chair", "Boots"]);
}

pub async fn a_title_ranks_above_tags_and_tags_above_the_description<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut described = product(&shop, "Bag one");
    described.about = Some("Real leather.".into());
    let mut tagged = product(&shop, "Bag two");
    tagged.categories = vec![category("Leather")];
    let titled = product(&shop, "Leather bag three");
    let documents = [&described, &tagged, &titled].map(|p| product_document(&shop, p));
    let it = TestIndex::<F>::with(documents).await;

    assert_eq!(
        it.titles("leather").await,
        ["Leather bag three", "Bag two", "Bag one"]
    );
}

pub async fn more_of_the_words_rank_higher<F: Fixture>() {
    let it = with::<F>(&["Red hat", "Blue hat", "Red wool hat", "Hat"]).await;

    let found = it.titles("red wool hat").await;

    assert_eq!(found[..2], ["Red wool hat", "Red hat"]);
    assert_eq!(it.titles("hat").await[0], "Hat");
}

pub async fn stock_and_rating_settle_ties<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut sold_out = product(&shop, "Red hat");
    sold_out.variations = vec![variation(100, 0)];
    let [disliked, liked, plain] = [(); 3].map(|()| product(&shop, "Red hat"));
    let it = TestIndex::<F>::with([
        product_document(&shop, &sold_out),
        rated_document(&shop, &disliked, rating(120, 50)),
        rated_document(&shop, &liked, rating(480, 50)),
        product_document(&shop, &plain),
    ])
    .await;

    let expected = [&liked, &plain, &disliked, &sold_out].map(|p| p.product_id);
    assert_eq!(it.ids("red hat").await, expected);
}

pub async fn equal_hits_come_newest_first<F: Fixture>() {
    let shop = shop("Ali Baba");
    let products: Vec<_> = (0..5).map(|_| product(&shop, "Red hat")).collect();
    let it = TestIndex::<F>::with(products.iter().map(|p| product_document(&shop, p))).await;

    let expected: Vec<Uuid> = products.iter().rev().map(|p| p.product_id).collect();
    assert_eq!(it.ids("hat").await, expected);
}

pub async fn a_product_is_found_by_all_that_describes_it<F: Fixture>() {
    let shop = shop("Grandmother's Attic");
    let mut product = product(&shop, "Table");
    product.sku = "KX-2041/b".into();
    product.about = Some("Walnut, oiled.".into());
    product.categories = vec![category("Furniture")];
    product.attributes = options(&[("origin", "Lerik"), ("GTIN", "4 006381 333931")]);
    product.variations[0].options = options(&[("size", "Large"), ("color", "Natural")]);
    let it = TestIndex::<F>::with([product_document(&shop, &product)]).await;

    for typed in [
        "table",
        "walnut",
        "furniture",
        "lerik",
        "large",
        "natural",
        "attic",
        "KX-2041/b",
        "kx2041b",
        "KX 2041",
        "2041",
        "4006381333931",
    ] {
        assert_eq!(it.titles(typed).await, ["Table"], "{typed}");
    }
}

pub async fn a_code_and_a_whole_title_rank_first<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut numbered = product(&shop, "Drill");
    numbered.sku = "AB-100".into();
    numbered.attributes = options(&[("gtin", "4006381333931")]);
    let titled = product(&shop, "Bits for AB 100 drills 4006381333931");
    let whole = product(&shop, "Power drill");
    let longer = product(&shop, "Power drill drill power set");
    let documents = [&numbered, &titled, &whole, &longer].map(|p| product_document(&shop, p));
    let it = TestIndex::<F>::with(documents).await;

    assert_eq!(it.titles("AB-100").await[0], "Drill");
    assert_eq!(it.titles("4006381333931").await[0], "Drill");
    assert_eq!(it.titles("power DRILL").await[0], "Power drill");
}

pub async fn shops_and_products_are_found_apart<F: Fixture>() {
    let (shop, other) = (shop("Leather House"), shop("Wool House"));
    let belt = product(&shop, "Leather belt");
    let mut it = TestIndex::<F>::with([shop_document(&shop), shop_document(&other)]).await;
    it.put([product_document(&shop, &belt)]).await;

    let names = |shops: Vec<Card>| -> Vec<String> { shops.into_iter().map(|card| card.title).collect() };
    assert_eq!(names(it.shops("leather").await), ["Leather House"]);
    assert_eq!(
        names(it.shops("lether house").await),
        ["Leather House", "Wool House"]
    );
    assert_eq!(it.titles("leather").await, ["Leather belt"]);
    assert_eq!(it.filtered(ProductFilters::default()).await.total, 1);
}

pub async fn a_document_is_replaced_and_removed<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut product = product(&shop, "Green hat");
    let mut it = TestIndex::<F>::with([product_document(&shop, &product), shop_document(&shop)]).await;

    product.title = "Yellow scarf".into();
    for _ in 0..2 {
        it.put([at_version(2, product_document(&shop, &product))]).await;
    }
    assert_eq!(it.titles("green hat").await, [""; 0]);
    assert_eq!(it.titles("scarf").await, ["Yellow scarf"]);

    it.remove(product_key(&product), 3).await;
    let unknown = Key {
        kind: Kind::Product,
        id: Uuid::now_v7(),
    };
    it.remove(unknown, 1).await;
    assert_eq!(it.titles("scarf").await, [""; 0]);
    assert_eq!(it.filtered(ProductFilters::default()).await.total, 0);
    assert_eq!(it.shops("baba").await.len(), 1);
    assert_eq!(it.index().versions(Kind::Product).await.unwrap(), []);
    assert_eq!(
        it.index().versions(Kind::Shop).await.unwrap(),
        [(shop.shop_id, 1)]
    );
}

pub async fn an_older_version_changes_nothing<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut product = product(&shop, "Green hat");
    let mut it = TestIndex::<F>::with([at_version(5, product_document(&shop, &product))]).await;

    product.title = "Yellow scarf".into();
    it.put([at_version(4, product_document(&shop, &product))]).await;
    assert_eq!(it.titles("hat").await, ["Green hat"]);
    assert_eq!(
        it.index().versions(Kind::Product).await.unwrap(),
        [(product.product_id, 5)]
    );

    it.remove(product_key(&product), 4).await;
    assert_eq!(it.titles("hat").await, ["Green hat"]);
    it.remove(product_key(&product), 7).await;
    it.put([at_version(6, product_document(&shop, &product))]).await;
    assert_eq!(it.filtered(ProductFilters::default()).await.total, 0);

    // Both in one commit, the newer one first.
    let newer = at_version(9, product_document(&shop, &product));
    let older = at_version(
        8,
        product_document(&shop, &{
            product.title = "Red coat".into();
            product
        }),
    );
    it.put([newer, older]).await;
    assert_eq!(
        titles(&it.filtered(ProductFilters::default()).await),
        ["Yellow scarf"]
    );
}

pub async fn nothing_is_seen_before_the_commit<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = TestIndex::<F>::new().await;
    let write = put(product_document(&shop, &product(&shop, "Hat")));

    it.index().write(it.id, Arc::new([write])).await.unwrap();
    it.index().commit(it.id).await.unwrap();

    assert_eq!(it.titles("hat").await, ["Hat"]);
}

pub async fn what_was_committed_survives_a_restart<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = TestIndex::<F>::with([product_document(&shop, &product(&shop, "Hat"))]).await;
    let building = Uuid::now_v7();
    it.index().create(building).await.unwrap();

    let (id, dictionary) = (it.id, it.dictionary.clone());
    let fixture = it.fixture.reopen().await;
    let mut it = TestIndex {
        fixture,
        id,
        dictionary,
    };

    assert_eq!(it.titles("hat").await, ["Hat"]);
    let state = it.index().state().await.unwrap();
    assert_eq!(state.active.unwrap().id, id);
    assert_eq!(state.building.unwrap().id, building);
    it.put([product_document(&shop, &product(&shop, "Straw hat"))])
        .await;
    assert_eq!(it.titles("hat").await.len(), 2);
}

pub async fn an_index_is_built_beside_the_one_that_answers<F: Fixture>() {
    let shop = shop("Ali Baba");
    let (old, new) = (product(&shop, "Old hat"), product(&shop, "New hat"));
    let mut it = TestIndex::<F>::with([product_document(&shop, &old)]).await;
    let next = Uuid::now_v7();

    it.index().create(next).await.unwrap();
    let write = |product: &ProductSnapshot| -> Arc<[DocumentWrite]> {
        Arc::new([put(product_document(&shop, product))])
    };
    it.index().write(next, write(&new)).await.unwrap();
    it.index().commit(next).await.unwrap();
    assert_eq!(it.titles("hat").await, ["Old hat"]);
    let state = it.index().state().await.unwrap();
    assert_eq!(state.active.unwrap().id, it.id);
    assert_eq!(state.building.unwrap().id, next);

    it.index().activate(next).await.unwrap();
    it.index().activate(next).await.unwrap();
    assert_eq!(it.titles("hat").await, ["New hat"]);
    let state = it.index().state().await.unwrap();
    assert_eq!((state.active.unwrap().id, state.building), (next, None));
    let gone = it.index().write(it.id, write(&old)).await;
    assert!(matches!(gone, Err(IndexError::NoSuchIndex(_))), "{gone:?}");

    it.id = next;
    it.put([product_document(&shop, &product(&shop, "Third hat"))])
        .await;
    assert_eq!(it.titles("hat").await, ["Third hat", "New hat"]);
}

pub async fn a_building_index_is_replaced_by_another<F: Fixture>() {
    let it = with::<F>(&["Hat"]).await;
    let [first, second] = [(); 2].map(|()| Uuid::now_v7());

    it.index().create(first).await.unwrap();
    it.index().create(second).await.unwrap();

    assert_eq!(it.index().state().await.unwrap().building.unwrap().id, second);
    let gone = it.index().commit(first).await;
    assert!(matches!(gone, Err(IndexError::NoSuchIndex(_))), "{gone:?}");
    assert_eq!(it.titles("hat").await, ["Hat"]);
}

pub async fn a_missing_index_is_an_error<F: Fixture>() {
    let fixture = F::open().await;
    let index = fixture.index();

    let state = index.state().await.unwrap();
    let found = index.search_products(ProductSearch::default()).await;

    assert_eq!((state.active, state.building), (None, None));
    assert!(matches!(found, Err(IndexError::NotBuilt)), "{found:?}");
}

pub async fn one_variation_must_meet_all_its_filters<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut shirt = product(&shop, "Shirt");
    shirt.variations = vec![variation(1000, 0), variation(2000, 4)];
    shirt.variations[0].options = options(&[("color", "red"), ("size", "S")]);
    shirt.variations[1].options = options(&[("color", "blue"), ("size", "M")]);
    let it = TestIndex::<F>::with([product_document(&shop, &shirt)]).await;

    let red = filters(|f| choose(&mut f.options, "color", &["red"]));
    let total = async |change: &dyn Fn(&mut ProductFilters)| {
        let mut filters = red.clone();
        change(&mut filters);
        it.filtered(filters).await.total
    };
    assert_eq!(total(&|_| ()).await, 1);
    assert_eq!(total(&|f| f.in_stock = Some(true)).await, 0);
    assert_eq!(total(&|f| f.in_stock = Some(false)).await, 1);
    assert_eq!(total(&|f| f.min_price = Some(1500)).await, 0);
    assert_eq!(total(&|f| f.max_price = Some(1000)).await, 1);
    assert_eq!(total(&|f| choose(&mut f.options, "size", &["M"])).await, 0);
    assert_eq!(total(&|f| choose(&mut f.options, "size", &["M", "S"])).await, 1);
    let either = filters(|f| {
        choose(&mut f.options, "color", &["red", "blue"]);
        f.in_stock = Some(true);
    });
    assert_eq!(it.filtered(either).await.total, 1);
}

pub async fn a_hit_shows_the_offer_that_meets_the_filters<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut shirt = product(&shop, "Shirt");
    shirt.variations = vec![variation(500, 0), variation(900, 3), variation(700, 1)];
    shirt.variations[1].original_price = Some(variation(1200, 0).price);
    let it = TestIndex::<F>::with([rated_document(&shop, &shirt, rating(450, 2))]).await;
    let offer = async |filters: ProductFilters| {
        let page = it.filtered(filters.clone()).await;
        let card = page.hits[0].card.clone();
        let offer = filters.offer(&card).unwrap();
        (card, offer)
    };

    let (card, cheapest) = offer(ProductFilters::default()).await;
    assert_eq!((cheapest.price.amount, cheapest.available), (700, true));
    assert_eq!(card.rating, rating(450, 2));
    assert_eq!(
        (card.shop_id, card.shop_name.as_str()),
        (shop.shop_id, "Ali Baba")
    );

    let (_, reduced) = offer(filters(|f| f.on_sale = Some(true))).await;
    assert_eq!(reduced.variation_id, shirt.variations[1].variation_id);
    assert_eq!(reduced.original_price.map(|price| price.amount), Some(1200));

    let (_, sold_out) = offer(filters(|f| f.in_stock = Some(false))).await;
    assert_eq!((sold_out.price.amount, sold_out.available), (500, false));
}

pub async fn values_are_compared_folded_and_shown_in_their_commonest_spelling<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut products = Vec::new();
    for (name, value) in [
        ("Rəng", "Qırmızı"),
        ("rəng", "qırmızı"),
        ("Rəng", "Qırmızı"),
        ("RENG", "QIRMIZI"),
    ] {
        let mut hat = product(&shop, "Hat");
        hat.attributes = options(&[(name, value)]);
        hat.variations[0].options = options(&[(name, value)]);
        products.push(product_document(&shop, &hat));
    }
    let it = TestIndex::<F>::with(products).await;

    let page = it
        .filtered(filters(|f| {
            choose(&mut f.attributes, "RƏNG", &["qirmizi"]);
            choose(&mut f.options, "reng", &["QIRMIZI"]);
        }))
        .await;

    assert_eq!(page.total, 4);
    for names in [&page.facets.attributes, &page.facets.options] {
        let name = &names.names[0];
        assert_eq!(
            (name.label.as_str(), name.count, names.names.len()),
            ("Rəng", 4, 1)
        );
        let value = &name.values.values[0];
        assert_eq!((value.label.as_str(), value.count), ("Qırmızı", 4));
    }
}

pub async fn chosen_values_are_shown_and_the_rest_is_cut<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut documents = Vec::new();
    for n in 0..60 {
        let mut hat = product(&shop, "Hat");
        let (name, value) = (format!("name {:02}", n % 20), format!("value {n:02}"));
        hat.attributes = options(&[("serial", &value), (&name, "x")]);
        hat.variations[0].options = options(&[("lot", &value)]);
        documents.push(product_document(&shop, &hat));
    }
    let it = TestIndex::<F>::with(documents).await;

    let all = it.filtered(ProductFilters::default()).await.facets;
    assert!(all.attributes.more && !all.options.more);
    assert_eq!(all.attributes.names.len(), 15);
    assert_eq!(all.attributes.names[0].key, "serial");
    assert_eq!(all.attributes.names[0].values.values.len(), 50);
    assert!(all.attributes.names[0].values.more && all.options.names[0].values.more);

    let chosen = filters(|f| {
        choose(&mut f.attributes, "serial", &["value 59"]);
        choose(&mut f.attributes, "name 19", &["x"]);
        choose(&mut f.options, "lot", &["value 59"]);
    });
    let some = it.filtered(chosen).await;
    assert_eq!(some.total, 1);
    let names = &some.facets.attributes.names;
    assert!(names.iter().any(|name| name.key == "name 19"));
    let lot = &some.facets.options.names[0].values;
    assert_eq!(lot.values.len(), 1, "the other filters leave one value");
}

pub async fn products_without_reviews_count_as_zero<F: Fixture>() {
    let shop = shop("Ali Baba");
    let [good, fair, unrated] = [(); 3].map(|()| product(&shop, "Hat"));
    let it = TestIndex::<F>::with([
        rated_document(&shop, &good, rating(460, 9)),
        rated_document(&shop, &fair, rating(310, 4)),
        product_document(&shop, &unrated),
    ])
    .await;

    let rated = it.filtered(filters(|f| f.min_rating_x100 = Some(300))).await;
    assert_eq!(ids(&rated), [fair.product_id, good.product_id]);
    assert_eq!(rated.facets.ratings, [1, 2, 2, 2]);
    let sorted = it
        .search(ProductSearch {
            sort: Sort::Rating,
            ..listing(ProductFilters::default())
        })
        .await;
    assert_eq!(
        ids(&sorted),
        [good.product_id, fair.product_id, unrated.product_id]
    );
    assert_eq!(
        it.filtered(filters(|f| f.min_rating_x100 = Some(0))).await.total,
        3
    );
}

pub async fn hidden_shops_are_neither_found_nor_counted<F: Fixture>() {
    let (open, shut) = (shop("Open House"), shop("Shut House"));
    let mut it = TestIndex::<F>::with([shop_document(&open), shop_document(&shut)]).await;
    for shop in [&open, &shut] {
        let documents = (0..3).map(|n| product_document(shop, &product(shop, &format!("Hat {n}"))));
        it.put(documents.collect::<Vec<_>>()).await;
    }
    let hidden: Arc<HashSet<Uuid>> = Arc::new(HashSet::from([shut.shop_id, Uuid::now_v7()]));

    let page = it
        .search(ProductSearch {
            hidden_shops: hidden.clone(),
            ..it.query("hat")
        })
        .await;
    assert_eq!((page.total, page.hits.len()), (3, 3));
    assert_eq!(page.facets.shops.values.len(), 1);
    assert_eq!(page.facets.available, 3);
    let shops = it
        .index()
        .search_shops(search_svc::domain::ShopSearch {
            text: it.text("house"),
            hidden_shops: hidden,
            limit: 5,
        })
        .await
        .unwrap();
    assert_eq!(shops.len(), 1);
    assert_eq!(it.query("hat").limit, 50);
    assert_eq!(it.search(it.query("hat")).await.total, 6);
}

pub async fn unknown_categories_and_shops_find_nothing<F: Fixture>() {
    let it = with::<F>(&["Hat"]).await;

    for unknown in [
        filters(|f| f.category = Some(Uuid::now_v7())),
        filters(|f| f.shop = Some(Uuid::now_v7())),
        filters(|f| choose(&mut f.options, "color", &["red"])),
        filters(|f| choose(&mut f.attributes, "brand", &["araz"])),
    ] {
        let page = it.filtered(unknown).await;
        assert_eq!((page.total, page.hits.len(), page.has_more), (0, 0, false));
    }
}

/// Small random numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let len = u64::try_from(from.len()).unwrap();
        from[usize::try_from(self.below(len)).unwrap()].clone()
    }
}

const COLORS: [&str; 5] = ["Red", "red", "Blue", "Göy", "green"];
const SIZES: [&str; 4] = ["S", "M", "L", "42"];
const BRANDS: [&str; 4] = ["Araz", "ARAZ", "Kür", "Xəzər"];

fn random_documents(numbers: &mut Numbers, shops: &[ShopSnapshot], count: usize) -> Vec<Document> {
    let categories = ["Clothes", "Shoes", "Hats", "Tools"].map(category);
    let mut documents = Vec::new();
    for n in 0..count {
        let shop = &numbers.pick(shops);
        let mut product = product(shop, &format!("Thing {n}"));
        product.categories = categories
            .iter()
            .filter(|_| numbers.below(3) == 0)
            .cloned()
            .collect();
        product.attributes = options(&[("Brand", numbers.pick(&BRANDS))]);
        if numbers.below(2) == 0 {
            let year = (2000 + numbers.below(5)).to_string();
            product.attributes.insert("year".into(), year);
        }
        product.variations = (0..numbers.below(4))
            .map(|_| {
                let price = 10_i64.pow(u32::try_from(numbers.below(6)).unwrap());
                let price = price * i64::try_from(1 + numbers.below(9)).unwrap();
                let mut one = variation(price, i32::try_from(numbers.below(2)).unwrap());
                one.options = options(&[("Color", numbers.pick(&COLORS)), ("size", numbers.pick(&SIZES))]);
                if numbers.below(3) == 0 {
                    one.original_price = Some(variation(price * 2, 0).price);
                }
                one
            })
            .collect();
        let stars = i32::try_from(numbers.below(6)).unwrap() * 100;
        documents.push(rated_document(
            shop,
            &product,
            rating(stars, i64::from(stars > 0)),
        ));
    }
    documents
}

pub async fn hits_alone_are_the_same_hits<F: Fixture>() {
    let mut numbers = Numbers(42);
    let documents = random_documents(&mut numbers, &[shop("North"), shop("South")], 60);
    let it = TestIndex::<F>::with(documents).await;

    for sort in [Sort::Relevance, Sort::PriceUp, Sort::Rating] {
        for filters in [ProductFilters::default(), filters(|f| f.in_stock = Some(true))] {
            let search = ProductSearch {
                sort,
                filters,
                limit: 9,
                ..it.query("thing red blue")
            };
            let whole = it.search(search.clone()).await;
            let alone = it
                .search(ProductSearch {
                    hits_only: true,
                    ..search
                })
                .await;
            assert_eq!((alone.hits, alone.has_more), (whole.hits, whole.has_more));
        }
    }
}

/// The pages of a search, one after the other.
async fn pages<F: Fixture>(it: &TestIndex<F>, search: ProductSearch, size: usize) -> Vec<(Uuid, Position)> {
    let mut found = Vec::new();
    let mut search = ProductSearch {
        limit: size,
        ..search
    };
    loop {
        let page = it.search(search.clone()).await;
        found.extend(page.hits.iter().map(|hit| (hit.card.id, hit.position)));
        if !page.has_more {
            return found;
        }
        assert_eq!(page.hits.len(), size);
        search.after = Some(page.hits.last().unwrap().position);
    }
}

pub async fn pages_of_every_order_join_without_gaps<F: Fixture>() {
    let mut numbers = Numbers(7);
    let documents = random_documents(&mut numbers, &[shop("North"), shop("South")], 60);
    let it = TestIndex::<F>::with(documents.clone()).await;

    for sort in [
        Sort::Newest,
        Sort::PriceUp,
        Sort::PriceDown,
        Sort::Rating,
        Sort::Relevance,
    ] {
        for filters in [ProductFilters::default(), filters(|f| f.in_stock = Some(true))] {
            let search = ProductSearch {
                text: (sort == Sort::Relevance).then(|| it.text("thing red blue araz")),
                sort,
                limit: 100,
                ..listing(filters.clone())
            };
            let whole = it.search(search.clone()).await;

            let joined = pages(&it, search, 7).await;

            let joined: Vec<Uuid> = joined.into_iter().map(|(id, _)| id).collect();
            assert_eq!(joined, ids(&whole), "{sort:?} {filters:?}");
            assert!(!joined.is_empty());
        }
    }
}

pub async fn a_document_whose_key_did_not_change_is_shown_once<F: Fixture>() {
    let shop = shop("Ali Baba");
    let mut products: Vec<_> = (0..10).map(|n| product(&shop, &format!("Hat {n}"))).collect();
    for (product, price) in products.iter_mut().zip(1..) {
        product.variations[0].price.amount = price * 100;
    }
    let mut it = TestIndex::<F>::with(products.iter().map(|p| product_document(&shop, p))).await;
    let search = ProductSearch {
        sort: Sort::PriceUp,
        limit: 4,
        ..listing(ProductFilters::default())
    };

    let first = it.search(search.clone()).await;
    // The cheapest becomes the dearest, one that was not shown yet goes, another one comes.
    products[0].variations[0].price.amount = 5000;
    let mut new = product(&shop, "New hat");
    new.variations[0].price.amount = 550;
    it.put([
        at_version(2, product_document(&shop, &products[0])),
        product_document(&shop, &new),
    ])
    .await;
    it.remove(product_key(&products[6]), 2).await;
    let rest = pages(
        &it,
        ProductSearch {
            after: first.hits.last().map(|hit| hit.position),
            ..search
        },
        4,
    )
    .await;

    let rest: Vec<Uuid> = rest.into_iter().map(|(id, _)| id).collect();
    let id = |n: usize| products[n].product_id;
    assert_eq!(ids(&first), [id(0), id(1), id(2), id(3)]);
    assert_eq!(rest, [id(4), new.product_id, id(5), id(7), id(8), id(9), id(0)]);
}

pub async fn pages_by_relevance_are_read_from_one_snapshot<F: Fixture>() {
    let shop = shop("Ali Baba");
    let products: Vec<_> = (0..9).map(|_| product(&shop, "Red hat")).collect();
    let it = TestIndex::<F>::with(products.iter().map(|p| product_document(&shop, p))).await;
    let search = ProductSearch {
        limit: 3,
        ..it.query("hat")
    };

    let first = it.search(search.clone()).await;
    assert_eq!(first.snapshot, None);
    let second = it
        .search(ProductSearch {
            after: first.hits.last().map(|hit| hit.position),
            snapshot: SnapshotUse::Open,
            ..search.clone()
        })
        .await;
    let snapshot = second.snapshot.clone().expect("the second page opens a snapshot");
    for product in &products[..3] {
        it.remove(product_key(product), 2).await;
    }
    let third = it
        .search(ProductSearch {
            after: second.hits.last().map(|hit| hit.position),
            snapshot: SnapshotUse::Continue(snapshot.clone()),
            ..search.clone()
        })
        .await;

    let shown: Vec<Uuid> = [&first, &second, &third].into_iter().flat_map(ids).collect();
    let expected: Vec<Uuid> = products.iter().rev().map(|p| p.product_id).collect();
    assert_eq!(shown, expected);
    assert_eq!((third.total, third.snapshot), (9, Some(snapshot)));
    let gone = it
        .index()
        .search_products(ProductSearch {
            snapshot: SnapshotUse::Continue(Uuid::new_v4().to_string()),
            ..search
        })
        .await;
    assert!(matches!(gone, Err(IndexError::SnapshotExpired)), "{gone:?}");
}

pub async fn a_query_of_nothing_but_noise_finds_nothing<F: Fixture>() {
    let it = with::<F>(&["Hat"]).await;

    for noise in ["?!", "\u{301}", "\"* OR (", "🙂"] {
        let page = it.search(it.query(noise)).await;
        assert_eq!((page.total, page.hits.len()), (0, 0), "{noise}");
    }
}

pub async fn naughty_strings_are_only_words<F: Fixture>() {
    let it = with::<F>(&["Hat"]).await;
    let long = "word ".repeat(10_000);

    for typed in [
        "hat) OR (title:*",
        "hat AND NOT hat",
        "/.*/ hat",
        "hat~2 ha?",
        "\"hat",
        "{\"match_all\":{}} hat",
        "\u{202e}hat\u{0}",
        "hat\u{200b}",
        "<script>hat</script>",
        "'; drop table hat; --",
        "../../hat",
        "hat\\",
        &format!("{long} hat"),
    ] {
        let page = it.search(it.query(typed)).await;
        assert!(page.total <= 1, "{typed}");
        let values = filters(|f| choose(&mut f.options, typed, &[typed]));
        assert_eq!(it.filtered(values).await.total, 0);
    }
    assert_eq!(it.titles("hat) OR (title:*").await, ["Hat"]);
}

fn filters(change: impl FnOnce(&mut ProductFilters)) -> ProductFilters {
    let mut filters = ProductFilters::default();
    change(&mut filters);
    filters
}

fn choose(named: &mut search_svc::domain::NamedValues, name: &str, values: &[&str]) {
    let keys: BTreeSet<String> = values.iter().map(|value| facet_key(value)).collect();
    named.insert(facet_key(name), keys);
}

fn at_version(version: i64, mut document: Document) -> Document {
    document.version = version;
    document
}

fn product_key(product: &ProductSnapshot) -> Key {
    Key {
        kind: Kind::Product,
        id: product.product_id,
    }
}

pub async fn searches_during_switches_are_answered_in_full<F: Fixture>() {
    let shop = shop("Ali Baba");
    let hats = (0..20).map(|n| product_document(&shop, &product(&shop, &format!("Hat {n}"))));
    let hats: Vec<Document> = hats.collect();
    let it = TestIndex::<F>::with(hats.clone()).await;
    let writes: Arc<[DocumentWrite]> = hats.into_iter().map(put).collect();
    let is_over = AtomicBool::new(false);

    let rebuild = async {
        for _ in 0..10 {
            let next = Uuid::now_v7();
            it.index().create(next).await.unwrap();
            it.index().write(next, writes.clone()).await.unwrap();
            it.index().commit(next).await.unwrap();
            it.index().activate(next).await.unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let search = async || {
        let mut answers = 0;
        while !is_over.load(Ordering::Relaxed) {
            let page = it.search(it.query("hat")).await;
            let facets = &page.facets;
            let counts = [
                page.hits.len() as u64,
                page.total,
                facets.available,
                facets.prices[0].count,
            ];
            assert_eq!(counts, [20; 4]);
            answers += 1;
        }
        answers
    };
    let ((), first, second, third) = tokio::join!(rebuild, search(), search(), search());

    assert!(first.min(second).min(third) > 0);
}
