mod cancel;
mod status;
