//! The tables of the migrations; they are private to this crate.

diesel::table! {
    mirror_shops (shop_id) {
        shop_id -> Uuid,
        owner_id -> Uuid,
        name -> Text,
        slug -> Text,
        status -> Text,
        version -> BigInt,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    mirror_products (product_id) {
        product_id -> Uuid,
        shop_id -> Uuid,
        owner_id -> Nullable<Uuid>,
        title -> Text,
        is_active -> Bool,
        is_deleted -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    mirror_variations (variation_id) {
        variation_id -> Uuid,
        product_id -> Uuid,
        options -> Jsonb,
        price_amount -> BigInt,
        price_currency -> Text,
        is_deleted -> Bool,
        seen_version -> BigInt,
    }
}

diesel::table! {
    mirror_stock (variation_id) {
        variation_id -> Uuid,
        available -> Integer,
        version -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(mirror_products, mirror_shops, mirror_stock, mirror_variations);
