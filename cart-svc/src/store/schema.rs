//! The tables, as the migrations make them.

diesel::table! {
    carts (user_id) {
        user_id -> Uuid,
        version -> Int8,
        is_erased -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    cart_lines (id) {
        id -> Uuid,
        user_id -> Uuid,
        variation_id -> Uuid,
        quantity -> Int4,
        price_amount -> Int8,
        price_currency -> Text,
        proposed_quantity -> Nullable<Int4>,
        proposed_amount -> Nullable<Int8>,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    applied (user_id, id) {
        user_id -> Uuid,
        id -> Uuid,
        applied_at -> Timestamptz,
        is_order -> Nullable<Bool>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(carts, cart_lines);
