use std::collections::{BTreeMap, HashMap};

use chrono::Utc;
use souk_contracts::{Currency, Money};
use souk_mirror::Listing;
use uuid::Uuid;

use super::*;

fn azn(amount: i64) -> Money {
    Money::new(amount, Currency::AZN)
}

fn listing(price: i64, available: i32) -> Listing {
    Listing {
        variation_id: Uuid::now_v7(),
        product_id: Uuid::now_v7(),
        shop_id: Uuid::now_v7(),
        owner_id: Some(Uuid::now_v7()),
        title: "Shoes".into(),
        options: BTreeMap::new(),
        price: azn(price),
        available,
        product_version: 1,
        stock_version: 1,
        sellable: true,
    }
}

fn cart_of(listing: &Listing, quantity: i32) -> Cart {
    let mut cart = Cart::empty(Uuid::now_v7());
    cart.add(listing, quantity, Utc::now()).unwrap();
    cart
}

fn live(listing: Listing) -> Offers {
    Offers::live(HashMap::new(), [listing])
}

#[test]
fn what_is_not_there_is_refused_before_anything_changes() {
    let shoes = listing(100, 3);
    let mut cart = cart_of(&shoes, 2);
    let before = cart.clone();

    assert_eq!(
        cart.add(&shoes, 2, Utc::now()),
        Err(CartError::OutOfStock {
            available: 3,
            wanted: 4
        })
    );
    assert_eq!(
        cart.set_quantity(Uuid::now_v7(), 1, &live(shoes)),
        Err(CartError::NoSuchLine)
    );
    assert_eq!(cart, before);
}

#[test]
fn a_huge_quantity_neither_overflows_nor_passes() {
    let shoes = listing(i64::MAX, i32::MAX);
    let mut cart = cart_of(&shoes, MAX_QUANTITY);

    assert_eq!(
        cart.add(&shoes, i32::MAX, Utc::now()),
        Err(CartError::TooMany(i32::MAX))
    );
    let view = cart.show(&live(shoes));
    assert_eq!(view.total(Currency::AZN), (MAX_QUANTITY, azn(i64::MAX)));
}

#[test]
fn a_look_changes_terms_once_and_only_by_live_offers() {
    let shoes = listing(100, 9);
    let mut cart = cart_of(&shoes, 5);
    let now = Listing {
        price: azn(120),
        available: 4,
        ..shoes
    };
    let version = cart.version;

    let stale = cart.show(&Offers::known(HashMap::from([(now.variation_id, now.clone())])));
    assert_eq!((cart.version, stale.stale), (version, true));
    assert_eq!(
        cart.lines[0].terms,
        Terms {
            quantity: 5,
            unit_price: azn(100)
        }
    );

    let first = cart.show(&live(now.clone()));
    let second = cart.show(&live(now));
    let kinds: Vec<_> = first.lines[0].notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::QuantityLowered, NoticeKind::PriceChanged]);
    assert!(second.lines[0].notices.is_empty());
    assert_eq!(
        cart.lines[0].terms,
        Terms {
            quantity: 4,
            unit_price: azn(120)
        }
    );
    assert_eq!(cart.version, version + 1);
}

#[test]
fn only_named_versions_are_expected() {
    let cart = Cart::empty(Uuid::now_v7());

    assert_eq!(cart.expect(None), Ok(()));
    assert_eq!(cart.expect(Some(&[7, 1])), Ok(()));
    assert_eq!(cart.expect(Some(&[])), Err(CartError::VersionMoved(1)));
}
