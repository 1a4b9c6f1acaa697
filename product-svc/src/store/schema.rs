//! The tables, as the migrations make them.

diesel::table! {
    shops (id) {
        id -> Uuid,
        owner_id -> Uuid,
        status -> Text,
        version -> Int8,
    }
}

diesel::table! {
    categories (id) {
        id -> Uuid,
        parent_id -> Nullable<Uuid>,
        name -> Text,
        slug -> Text,
        path -> Array<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    products (id) {
        id -> Uuid,
        shop_id -> Uuid,
        title -> Text,
        about -> Nullable<Text>,
        sku -> Text,
        attributes -> Jsonb,
        is_active -> Bool,
        archived_at -> Nullable<Timestamptz>,
        version -> Int8,
        price_from -> Nullable<Int8>,
        on_sale -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    product_categories (product_id, category_id) {
        product_id -> Uuid,
        category_id -> Uuid,
    }
}

diesel::table! {
    product_stats (product_id) {
        product_id -> Uuid,
        rating_average_x100 -> Int4,
        rating_count -> Int8,
        popularity -> Int8,
        top_sale -> Bool,
        top_popular -> Bool,
    }
}

diesel::table! {
    product_announcements (product_id) {
        product_id -> Uuid,
        not_before -> Timestamptz,
    }
}

diesel::table! {
    variations (id) {
        id -> Uuid,
        product_id -> Uuid,
        options -> Jsonb,
        option_key -> Text,
        currency -> Text,
        price -> Int8,
        original_price -> Nullable<Int8>,
        cost_price -> Nullable<Int8>,
        archived_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    stock (variation_id) {
        variation_id -> Uuid,
        available -> Int4,
        version -> Int8,
        low_stock_threshold -> Nullable<Int4>,
        low_noticed -> Bool,
    }
}

diesel::table! {
    stock_ledger (id) {
        id -> Int8,
        variation_id -> Uuid,
        delta -> Int4,
        reason -> Text,
        actor_id -> Nullable<Uuid>,
        reference_id -> Nullable<Uuid>,
        note -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    reservations (id) {
        id -> Uuid,
        user_id -> Nullable<Uuid>,
        lines -> Jsonb,
        status -> Text,
        expires_at -> Timestamptz,
        next_ask_at -> Timestamptz,
        order_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    stock_returns (order_item_id) {
        order_item_id -> Uuid,
        variation_id -> Uuid,
        quantity -> Int4,
        created_at -> Timestamptz,
        applied_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    product_views (product_id, visitor) {
        product_id -> Uuid,
        visitor -> Text,
        seen_at -> Timestamptz,
    }
}

diesel::joinable!(products -> shops (shop_id));
diesel::joinable!(product_categories -> products (product_id));
diesel::joinable!(product_categories -> categories (category_id));
diesel::joinable!(product_stats -> products (product_id));
diesel::joinable!(variations -> products (product_id));
diesel::joinable!(stock -> variations (variation_id));
diesel::allow_tables_to_appear_in_same_query!(
    shops,
    categories,
    products,
    product_categories,
    product_stats,
    variations,
    stock,
);
