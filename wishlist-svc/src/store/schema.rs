//! The tables, as the migrations make them.

diesel::table! {
    wishlists (user_id) {
        user_id -> Uuid,
        is_erased -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    wishes (id) {
        id -> Uuid,
        user_id -> Uuid,
        variation_id -> Nullable<Uuid>,
        product_id -> Nullable<Uuid>,
        shop_id -> Uuid,
        created_at -> Timestamptz,
    }
}
