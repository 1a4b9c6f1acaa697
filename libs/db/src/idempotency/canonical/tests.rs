//! Bodies of two builds, the later one with members that the earlier one does not know.

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    title: String,
    about: Option<String>,
    #[serde(default)]
    stock: i32,
    threshold: Option<i32>,
    #[serde(default)]
    options: BTreeMap<String, Option<String>>,
    #[serde(default)]
    parts: Vec<EarlierPart>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EarlierPart {
    price: i64,
    old_price: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Later {
    #[serde(default = "yes")]
    is_active: bool,
    title: String,
    about: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    #[serde(default)]
    stock: i32,
    threshold: Option<i32>,
    #[serde(default)]
    options: BTreeMap<String, Option<String>>,
    #[serde(default)]
    parts: Vec<LaterPart>,
    #[serde(default)]
    delivery: Delivery,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LaterPart {
    price: i64,
    old_price: Option<i64>,
    #[serde(default = "one")]
    pack: i32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delivery {
    #[serde(default = "one")]
    days: i32,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { days: 1 }
    }
}

fn yes() -> bool {
    true
}

fn one() -> i32 {
    1
}

fn form<B: Serialize + DeserializeOwned>(body: &Value) -> String {
    let body: B = serde_json::from_value(body.clone()).unwrap();
    String::from_utf8(canonical_json(&body)).unwrap()
}

#[test]
fn a_member_that_a_later_build_adds_changes_nothing() {
    let body = json!({"title": "Boots", "stock": 3, "parts": [{"price": 5}, {"price": 7, "old_price": 9}]});

    let earlier = form::<Earlier>(&body);

    assert_eq!(
        earlier,
        r#"{"parts":[{"price":5},{"old_price":9,"price":7}],"stock":3,"title":"Boots"}"#
    );
    assert_eq!(form::<Later>(&body), earlier);
    // What was hashed before did change.
    let hash = |body: Vec<u8>| Sha256::digest(body).to_vec();
    let read = |body: &Value| serde_json::from_value::<Earlier>(body.clone()).unwrap();
    let later: Later = serde_json::from_value(body.clone()).unwrap();
    assert_ne!(
        hash(serde_json::to_vec(&read(&body)).unwrap()),
        hash(serde_json::to_vec(&later).unwrap())
    );
}

#[test]
fn another_spelling_is_the_same_body() {
    let spelled = r#"{"parts": [ {"old_price":null, "price":5, "pack": 1} ], "delivery": {"days": 1}, "about": null,
        "is_active": true, "stock": 0, "options": {}, "title": "B\u006fots"}"#;
    let body: Later = serde_json::from_str(spelled).unwrap();

    assert_eq!(
        String::from_utf8(canonical_json(&body)).unwrap(),
        form::<Later>(&json!({"title": "Boots", "parts": [{"price": 5}]}))
    );
}

#[test]
fn bodies_that_differ_never_share_a_form() {
    let different = [
        json!({"title": "Boots"}),
        json!({"title": "Boots", "is_active": false}),
        json!({"title": "Boots", "about": ""}),
        json!({"title": "Boots", "threshold": 0}),
        json!({"title": "Boots", "stock": 1}),
        json!({"title": "Boots", "brand": "Araz"}),
        json!({"title": "Boots", "options": {"size": null}}),
        json!({"title": "Boots", "options": {"stock": "0"}}),
        json!({"title": "Boots", "options": {"\u{1}": null}}),
        json!({"title": "Boots", "parts": [{"price": 0}]}),
        json!({"title": "Boots", "parts": [{"price": 0, "old_price": 0}]}),
        json!({"title": "Boots", "parts": [{"price": 0, "pack": 2}]}),
        json!({"title": "Boots", "parts": [{"price": 0}, {"price": 0}]}),
        json!({"title": "Boots", "delivery": {"days": 0}}),
    ];

    let forms: std::collections::BTreeSet<String> = different.iter().map(form::<Later>).collect();

    assert_eq!(forms.len(), different.len(), "{forms:#?}");
    // Each form reads as the body that it was made of.
    for (body, form) in different.iter().map(|body| (body, form::<Later>(body))) {
        assert_eq!(
            super::tests::form::<Later>(&serde_json::from_str(&form).unwrap()),
            form,
            "{body}"
        );
    }
}

#[test]
fn members_of_free_maps_stay_whatever_they_are() {
    let body = json!({"title": "Boots", "options": {"size": null, "a/b~c": null, "color": "black"}});

    assert_eq!(
        form::<Earlier>(&body),
        r#"{"options":{"a/b~c":null,"color":"black","size":null},"title":"Boots"}"#
    );
}

/// Two members that stand for each other: leaving out either means the same, leaving out both does not.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Sides", into = "Sides")]
struct Square(i32);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sides {
    width: Option<i32>,
    height: Option<i32>,
}

impl From<Sides> for Square {
    fn from(sides: Sides) -> Self {
        Self(sides.width.or(sides.height).unwrap_or(0))
    }
}

impl From<Square> for Sides {
    fn from(Square(side): Square) -> Self {
        Self {
            width: Some(side),
            height: Some(side),
        }
    }
}

impl Clone for Square {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

#[test]
fn members_that_depend_on_each_other_stay() {
    assert_eq!(form::<Square>(&json!({"width": 4})), r#"{"height":4,"width":4}"#);
    assert_ne!(
        form::<Square>(&json!({"width": 4})),
        form::<Square>(&json!({"width": 5}))
    );
}
