drop index products_text;
