//! What a customer thinks is in the cart.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::people::id;

/// What a cart holds, by variation.
pub type Cart = BTreeMap<Uuid, i64>;

/// The cart as a proposal makes it.
pub fn changed(mut cart: Cart, refusal: &Value) -> Cart {
    let changes = refusal.get("changes").and_then(Value::as_array);
    for change in changes.into_iter().flatten() {
        let Ok(variation) = id(change.get("variation_id")) else {
            continue;
        };
        let kind = change.get("kind").and_then(Value::as_str);
        match change.pointer("/new/quantity").and_then(Value::as_i64) {
            Some(quantity) if quantity > 0 && kind != Some("gone") => {
                cart.insert(variation, quantity);
            }
            _ => {
                cart.remove(&variation);
            }
        }
    }
    cart
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_proposal_changes_the_lines_that_it_names() {
        let [gone, short, same] = [1, 2, 3].map(Uuid::from_u128);
        let cart = Cart::from([(gone, 2), (short, 5), (same, 1)]);
        let refusal = json!({"changes": [
            {"variation_id": gone, "kind": "gone", "new": {"quantity": 0}},
            {"variation_id": short, "kind": "short", "new": {"quantity": 3}},
        ]});

        assert_eq!(changed(cart, &refusal), Cart::from([(short, 3), (same, 1)]));
    }
}
