//! The tables, as the migrations make them.

diesel::table! {
    shops (id) {
        id -> Uuid,
        owner_id -> Uuid,
        name -> Text,
        slug -> Text,
        about -> Nullable<Text>,
        logo_url -> Nullable<Text>,
        is_verified -> Bool,
        status -> Text,
        status_reason -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    shop_history (id) {
        id -> Uuid,
        shop_id -> Uuid,
        action -> Text,
        from_status -> Nullable<Text>,
        to_status -> Text,
        actor_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    order_items (id) {
        id -> Uuid,
        order_id -> Uuid,
        shop_id -> Uuid,
        customer_id -> Nullable<Uuid>,
        product_id -> Uuid,
        variation_id -> Uuid,
        quantity -> Int4,
        unit_price -> Int8,
        currency -> Text,
        line -> Nullable<Jsonb>,
        status -> Text,
        reason -> Nullable<Text>,
        carrier -> Nullable<Text>,
        tracking_number -> Nullable<Text>,
        version -> Int8,
        ordered_at -> Timestamptz,
    }
}

diesel::table! {
    closings (user_id) {
        user_id -> Uuid,
        is_closed -> Bool,
        attempt -> Int8,
    }
}

diesel::table! {
    accounts (user_id) {
        user_id -> Uuid,
        is_active -> Bool,
        version -> Int8,
        is_erased -> Bool,
    }
}
