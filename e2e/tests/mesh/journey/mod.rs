//! The whole journey, told once: two shops open, a customer buys from both, and every number is right.

mod numbers;
mod opening;
mod selling;
mod shopping;

use crate::mesh::Mesh;

#[tokio::test]
async fn a_market_from_its_first_shop_to_a_delivered_order() {
    // Alone, because the overview counts the whole market.
    let mesh = Mesh::alone().await;
    let admin = mesh.admin().await;
    mesh.comes_to_rest().await;
    let before = numbers::overview(&admin).await.unwrap();

    let category = opening::an_admin_makes_a_category(&mesh, &admin).await;
    let (leather, honey) = opening::two_users_apply_for_shops(&mesh, &admin).await;
    opening::one_is_approved_at_once(&mesh, &admin, &leather).await;
    opening::one_is_rejected_edits_and_is_approved(&mesh, &admin, &honey).await;
    let bag = opening::leather_lists_a_bag(&leather, &category).await;
    let jar = opening::honey_lists_a_jar(&honey, &category).await;
    opening::the_catalogue_shows_both(&mesh, &category, [&bag, &jar]).await;

    let customer = mesh.customer().await;
    shopping::a_misspelt_search_finds_them(&customer, [&bag, &jar]).await;
    shopping::the_customer_looks_at_them(&customer, [&bag, &jar]).await;
    shopping::the_customer_wishes_and_moves_it_to_the_cart(&customer, &bag).await;
    shopping::the_cart_holds_both(&customer, [&bag, &jar]).await;
    let order = shopping::the_order_is_placed_once(&customer).await;
    shopping::the_customer_sees_the_order(&mesh, &customer, &order, [&bag, &jar]).await;
    numbers::stock_and_search_follow(&mesh, [&bag, &jar]).await;

    selling::each_shop_sees_its_own_items(&leather, &honey, &order).await;
    selling::a_shop_ships_and_delivers(&leather, &customer, &order, "AZ-1").await;
    selling::nobody_else_moves_an_item(&leather, &honey, &order).await;
    selling::a_shop_ships_and_delivers(&honey, &customer, &order, "AZ-2").await;
    selling::the_order_is_complete(&customer, &order).await;

    numbers::the_dashboard_counts(&leather, &bag, 2).await;
    numbers::the_dashboard_counts(&honey, &jar, 3).await;
    numbers::the_overview_has_grown(&admin, before, [(&bag, 2), (&jar, 3)]).await;

    shopping::logging_out_ends_both_tokens(&mesh, &customer).await;
}
