"""Names that look unused to vulture and are not, each with who calls it. Read by `check_dead_code`, and never run."""

# Alembic, in every revision
_.upgrade
_.downgrade

# SQLAlchemy, on a column type of our own
_.process_bind_param
_.process_result_value
_.load_dialect_impl

# pyHanko, on a writer and a signer of our own
_._update_meta
_.async_sign_raw
_.unsigned_attrs

# email's policy, on one of our own
_.header_source_parse
_.fold_binary

# http.server, on a handler of our own
_.do_POST
_.log_message

# html.parser, on a reader of our own
_.handle_starttag
_.handle_endtag
_.handle_data
