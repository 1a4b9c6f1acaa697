//! The tables that are read and written row by row, as the migrations make them.

diesel::table! {
    event_log (id) {
        id -> Uuid,
        #[sql_name = "type"]
        kind -> Text,
        source -> Text,
        subject -> Text,
        time -> Timestamptz,
        schema -> Text,
        aggregate_version -> Nullable<Int8>,
        user_id -> Nullable<Uuid>,
        shop_id -> Nullable<Uuid>,
        correlation_id -> Nullable<Text>,
        causation_id -> Nullable<Text>,
        data -> Jsonb,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    order_items (id) {
        id -> Uuid,
        order_id -> Uuid,
        shop_id -> Uuid,
        product_id -> Uuid,
        variation_id -> Uuid,
        user_id -> Nullable<Uuid>,
        quantity -> Int8,
        unit_price -> Int8,
        currency -> Text,
        status -> Text,
        ordered_at -> Nullable<Timestamptz>,
        shipped_at -> Nullable<Timestamptz>,
        delivered_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    market_sales (minutes, bucket, currency) {
        minutes -> Int4,
        bucket -> Timestamptz,
        currency -> Text,
        orders -> Int8,
        units -> Int8,
        booked -> Int8,
        settled -> Int8,
    }
}

diesel::table! {
    shop_sales (shop_id, minutes, bucket, currency) {
        shop_id -> Uuid,
        minutes -> Int4,
        bucket -> Timestamptz,
        currency -> Text,
        orders -> Int8,
        units -> Int8,
        booked -> Int8,
        settled -> Int8,
    }
}

diesel::table! {
    product_sales (shop_id, minutes, bucket, product_id, currency) {
        shop_id -> Uuid,
        product_id -> Uuid,
        minutes -> Int4,
        bucket -> Timestamptz,
        currency -> Text,
        orders -> Int8,
        units -> Int8,
        booked -> Int8,
        settled -> Int8,
    }
}

diesel::table! {
    visits (shop_id, bucket, visitor) {
        shop_id -> Uuid,
        bucket -> Timestamptz,
        visitor -> Text,
    }
}

diesel::table! {
    shops (id) {
        id -> Uuid,
        owner_id -> Uuid,
        name -> Nullable<Text>,
        version -> Int8,
    }
}

diesel::table! {
    products (id) {
        id -> Uuid,
        title -> Text,
        version -> Int8,
    }
}

diesel::table! {
    erased_users (pseudonym) {
        pseudonym -> Uuid,
        erased_at -> Timestamptz,
    }
}
