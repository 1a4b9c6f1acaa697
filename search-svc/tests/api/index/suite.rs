//! What every backend must do.

use souk_contracts::events::{ProductRating, ShopStatus};
use uuid::Uuid;

use search_svc::domain::{Kind, Words};
use search_svc::index::{Key, SearchIndex};

use super::{Fixture, fill, hits, titles};
use crate::facts::{category, options, product, product_document, shop, shop_document, variation};

/// Fills an index with products of one shop.
async fn with<F: Fixture>(names: &[&str]) -> F {
    let shop = shop("Ali Baba");
    let fixture = F::open().await;
    fill(
        fixture.index(),
        names
            .iter()
            .map(|title| product_document(&shop, &product(&shop, title))),
    )
    .await;
    fixture
}

fn sorted(mut titles: Vec<String>) -> Vec<String> {
    titles.sort();
    titles
}

pub async fn typing_errors_are_forgiven<F: Fixture>() {
    let it = with::<F>(&["Blue suede shoes", "Leather boots", "Wool hat"]).await;

    assert_eq!(
        sorted(titles(it.index(), "shoos lether").await),
        ["Blue suede shoes", "Leather boots"]
    );
    assert_eq!(titles(it.index(), "sheos").await, ["Blue suede shoes"]);
    assert_eq!(titles(it.index(), "leahter").await, ["Leather boots"]);
    assert_eq!(titles(it.index(), "xyz").await, [""; 0]);
}

pub async fn short_words_and_numbers_must_be_right<F: Fixture>() {
    let it = with::<F>(&["TV stand", "Size 42 shoes"]).await;

    assert_eq!(titles(it.index(), "tx").await, [""; 0]);
    assert_eq!(titles(it.index(), "43").await, [""; 0]);
    assert_eq!(titles(it.index(), "42").await, ["Size 42 shoes"]);
}

pub async fn word_endings_do_not_matter<F: Fixture>() {
    let it = with::<F>(&["Running shoe", "Rechargeable batteries"]).await;

    assert_eq!(titles(it.index(), "shoes for runs").await, ["Running shoe"]);
    assert_eq!(titles(it.index(), "battery").await, ["Rechargeable batteries"]);
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
        assert_eq!(titles(it.index(), typed).await, [title], "{typed}");
    }
}

pub async fn an_unfinished_word_finds_what_begins_with_it<F: Fixture>() {
    let it = with::<F>(&["Leather boots", "Wool hat"]).await;

    assert_eq!(titles(it.index(), "lea").await, ["Leather boots"]);
    assert_eq!(titles(it.index(), "wool leat").await.len(), 2);
    assert_eq!(titles(it.index(), "le").await, [""; 0]);
}

pub async fn the_very_word_ranks_above_a_similar_one<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;
    let mut described = product(&shop, "Garden chair");
    described.about = Some("Put it on your boat.".into());
    let mut praised = product(&shop, "Boots");
    praised.rating = ProductRating {
        average_x100: 500,
        count: 900,
    };
    let named = product(&shop, "Boat");
    fill(
        it.index(),
        [&described, &praised, &named].map(|p| product_document(&shop, p)),
    )
    .await;

    assert_eq!(
        titles(it.index(), "boat").await,
        ["Boat", "Garden chair", "Boots"]
    );
}

pub async fn a_title_ranks_above_tags_and_tags_above_the_description<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;
    let mut described = product(&shop, "Bag one");
    described.about = Some("Real leather.".into());
    let mut tagged = product(&shop, "Bag two");
    tagged.categories = vec![category("Leather")];
    let titled = product(&shop, "Leather bag three");
    fill(
        it.index(),
        [&described, &tagged, &titled].map(|p| product_document(&shop, p)),
    )
    .await;

    assert_eq!(
        titles(it.index(), "leather").await,
        ["Leather bag three", "Bag two", "Bag one"]
    );
}

pub async fn more_of_the_words_rank_higher<F: Fixture>() {
    let it = with::<F>(&["Red hat", "Blue hat", "Red wool hat", "Hat"]).await;

    let found = titles(it.index(), "red wool hat").await;

    assert_eq!(found[..2], ["Red wool hat", "Red hat"]);
    assert_eq!(titles(it.index(), "hat").await[0], "Hat");
}

pub async fn stock_and_rating_settle_ties<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;
    let mut sold_out = product(&shop, "Red hat");
    sold_out.variations = vec![variation(100, 0)];
    let mut disliked = product(&shop, "Red hat");
    disliked.rating = ProductRating {
        average_x100: 120,
        count: 50,
    };
    let mut liked = product(&shop, "Red hat");
    liked.rating = ProductRating {
        average_x100: 480,
        count: 50,
    };
    let plain = product(&shop, "Red hat");
    fill(
        it.index(),
        [&sold_out, &disliked, &liked, &plain].map(|p| product_document(&shop, p)),
    )
    .await;

    let found: Vec<Uuid> = hits(it.index(), Kind::Product, "red hat")
        .await
        .iter()
        .map(|h| h.card.id)
        .collect();

    assert_eq!(
        found,
        [&liked, &plain, &disliked, &sold_out].map(|p| p.product_id)
    );
}

pub async fn equal_hits_come_newest_first<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;
    let products: Vec<_> = (0..5).map(|_| product(&shop, "Red hat")).collect();
    fill(it.index(), products.iter().map(|p| product_document(&shop, p))).await;

    let found: Vec<Uuid> = hits(it.index(), Kind::Product, "hat")
        .await
        .iter()
        .map(|h| h.card.id)
        .collect();

    assert_eq!(
        found,
        products.iter().rev().map(|p| p.product_id).collect::<Vec<_>>()
    );
}

pub async fn a_product_is_found_by_all_that_describes_it<F: Fixture>() {
    let shop = shop("Grandmother's Attic");
    let it = F::open().await;
    let mut product = product(&shop, "Table");
    product.sku = "KX-2041/b".into();
    product.about = Some("Walnut, oiled.".into());
    product.categories = vec![category("Furniture")];
    product.attributes = options(&[("origin", "Lerik")]);
    product.variations[0].options = options(&[("size", "Large"), ("color", "Natural")]);
    fill(it.index(), [product_document(&shop, &product)]).await;

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
    ] {
        assert_eq!(titles(it.index(), typed).await, ["Table"], "{typed}");
    }
}

pub async fn an_article_number_ranks_first<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;
    let mut numbered = product(&shop, "Drill");
    numbered.sku = "AB-100".into();
    let titled = product(&shop, "Bits for AB 100 drills");
    fill(
        it.index(),
        [&numbered, &titled].map(|p| product_document(&shop, p)),
    )
    .await;

    assert_eq!(titles(it.index(), "AB-100").await[0], "Drill");
}

pub async fn shops_and_products_are_found_apart<F: Fixture>() {
    let shop = shop("Leather House");
    let it = F::open().await;
    fill(
        it.index(),
        [
            shop_document(&shop),
            product_document(&shop, &product(&shop, "Leather belt")),
        ],
    )
    .await;

    let shops = hits(it.index(), Kind::Shop, "leather").await;

    assert_eq!(shops.len(), 1);
    assert_eq!(
        (shops[0].card.id, shops[0].card.title.as_str()),
        (shop.shop_id, "Leather House")
    );
    assert_eq!(titles(it.index(), "leather").await, ["Leather belt"]);
}

pub async fn what_is_hidden_makes_no_document<F: Fixture>() {
    let open = shop("Open");
    let mut inactive = product(&open, "Hidden hat");
    inactive.is_active = false;
    assert_eq!(product_document(&open, &inactive), None);

    for status in [
        ShopStatus::Pending,
        ShopStatus::Rejected,
        ShopStatus::Suspended,
        ShopStatus::Closed,
    ] {
        let mut shop = shop("Shut");
        shop.status = status;
        assert_eq!(shop_document(&shop), None);
        assert_eq!(product_document(&shop, &product(&shop, "Hidden hat")), None);
    }
}

pub async fn a_document_is_replaced_and_removed<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;
    let mut product = product(&shop, "Green hat");
    fill(
        it.index(),
        [product_document(&shop, &product), shop_document(&shop)],
    )
    .await;

    product.title = "Yellow scarf".into();
    fill(it.index(), [product_document(&shop, &product)]).await;
    fill(it.index(), [product_document(&shop, &product)]).await;
    assert_eq!(titles(it.index(), "green hat").await, [""; 0]);
    assert_eq!(titles(it.index(), "scarf").await, ["Yellow scarf"]);

    it.index()
        .delete(vec![Key {
            kind: Kind::Product,
            id: product.product_id,
        }])
        .await
        .unwrap();
    it.index()
        .delete(vec![Key {
            kind: Kind::Product,
            id: Uuid::now_v7(),
        }])
        .await
        .unwrap();
    it.index().commit().await.unwrap();
    assert_eq!(titles(it.index(), "scarf").await, [""; 0]);
    assert_eq!(hits(it.index(), Kind::Shop, "baba").await.len(), 1);
}

pub async fn nothing_is_seen_before_the_commit<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;

    it.index()
        .upsert(
            product_document(&shop, &product(&shop, "Hat"))
                .into_iter()
                .collect(),
        )
        .await
        .unwrap();

    assert_eq!(titles(it.index(), "hat").await, [""; 0]);
    it.index().commit().await.unwrap();
    assert_eq!(titles(it.index(), "hat").await, ["Hat"]);
}

pub async fn what_was_committed_survives_a_restart<F: Fixture>() {
    let it = F::open().await;
    let generation = Uuid::now_v7();
    it.index().reset(generation).await.unwrap();
    let shop = shop("Ali Baba");
    fill(it.index(), [product_document(&shop, &product(&shop, "Hat"))]).await;

    let it = it.reopen().await;

    assert_eq!(titles(it.index(), "hat").await, ["Hat"]);
    assert_eq!(it.index().generation().await.unwrap(), Some(generation));
    fill(
        it.index(),
        [product_document(&shop, &product(&shop, "Straw hat"))],
    )
    .await;
    assert_eq!(titles(it.index(), "hat").await.len(), 2);
}

pub async fn a_reset_empties_the_index<F: Fixture>() {
    let it = with::<F>(&["Hat"]).await;
    let generation = Uuid::now_v7();

    it.index().reset(generation).await.unwrap();

    assert_eq!(titles(it.index(), "hat").await, [""; 0]);
    assert_eq!(it.index().generation().await.unwrap(), Some(generation));
}

pub async fn a_hit_shows_what_it_costs_and_whether_it_is_there<F: Fixture>() {
    let shop = shop("Ali Baba");
    let it = F::open().await;
    let mut product = product(&shop, "Hat");
    product.variations = vec![variation(500, 0), variation(900, 3), variation(700, 1)];
    product.rating = ProductRating {
        average_x100: 450,
        count: 2,
    };
    fill(it.index(), [product_document(&shop, &product)]).await;

    let card = hits(it.index(), Kind::Product, "hat").await.remove(0).card;

    assert_eq!(card.price_from.map(|price| price.amount), Some(700));
    assert!(card.available);
    assert_eq!((card.rating.average_x100, card.rating.count), (450, 2));
    assert_eq!(
        (card.shop_id, card.shop_name.as_str()),
        (shop.shop_id, "Ali Baba")
    );
}

pub async fn no_more_is_found_than_asked_for<F: Fixture>() {
    let it = with::<F>(&["Hat one", "Hat two", "Hat three"]).await;

    for limit in 0..5 {
        let found = it
            .index()
            .search(Words::parse("hat").query(Kind::Product, limit))
            .await
            .unwrap();
        assert_eq!(found.len(), limit.min(3));
    }
}

pub async fn a_query_of_nothing_but_noise_finds_nothing<F: Fixture>() {
    let it = with::<F>(&["Hat"]).await;

    for noise in ["?!", "\u{301}", "\"* OR (", "🙂"] {
        assert_eq!(titles(it.index(), noise).await, [""; 0], "{noise}");
    }
}
