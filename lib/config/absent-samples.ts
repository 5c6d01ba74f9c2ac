/**
 * Words of HAProxy 2.6 for sample fetches and converters that this program has not: they are known, so that nobody is told that
 * they were mistyped.
 *
 * Not here: those that work (`fetch-table.ts`, `converter-table.ts`).
 */

/** What stick tables count (manual 7.3.3), behind `sc_`, `sc0_`, `sc1_`, `sc2_` and `src_`. */
const COUNTS = wordsOf(`
  bytes_in_rate bytes_out_rate clr_gpc clr_gpc0 clr_gpc1 conn_cnt conn_cur conn_rate get_gpc get_gpc0 get_gpc1 get_gpt get_gpt0
  gpc0_rate gpc1_rate gpc_rate http_err_cnt http_err_rate http_fail_cnt http_fail_rate http_req_cnt http_req_rate inc_gpc
  inc_gpc0 inc_gpc1 kbytes_in kbytes_out sess_cnt sess_rate tracked trackers updt_conn_cnt
`);

/** Of the same tables, as converters: behind `table_`. */
const TABLE_COUNTS = wordsOf(`
  bytes_in_rate bytes_out_rate conn_cnt conn_cur conn_rate expire gpc gpc0 gpc0_rate gpc1 gpc1_rate gpc_rate gpt gpt0
  http_err_cnt http_err_rate http_fail_cnt http_fail_rate http_req_cnt http_req_rate idle kbytes_in kbytes_out server_id
  sess_cnt sess_rate trackers
`);

const OTHER_FETCHES = wordsOf(`
  base32 base32+src baseq bc_dst bc_dst_port bc_err bc_err_str bc_http_major bc_src bc_src_port be_conn_free be_id
  be_server_timeout be_tunnel_timeout cpu_calls cpu_ns_avg cpu_ns_tot cur_server_timeout cur_tunnel_timeout date_us distcc_body distcc_param
  dst_conn dst_is_local fc_dst fc_dst_is_local fc_dst_port fc_err_str fc_fackets fc_http_major fc_lost fc_pp_authority
  fc_pp_unique_id fc_rcvd_proxy fc_reordering fc_retrans fc_rtt fc_rttvar fc_sacked fc_src fc_src_is_local fc_src_port
  fc_unacked fcgi.docroot fcgi.index fe_client_timeout fe_defbe fe_id fe_req_rate http_auth http_auth_bearer http_auth_group
  http_auth_pass http_auth_type http_auth_user http_first_req internal.htx.data internal.htx.free internal.htx.free_data
  internal.htx.has_eom internal.htx.nbblks internal.htx.size internal.htx.used internal.htx_blk.data internal.htx_blk.hdrname
  internal.htx_blk.hdrval internal.htx_blk.size internal.htx_blk.start_line internal.htx_blk.type internal.strm.is_htx
  last_rule_file last_rule_line lat_ns_avg lat_ns_tot meth nbproc payload payload_lv prio_class prio_offset proc rdp_cookie
  rdp_cookie_cnt rep_ssl_hello_type req.body req.body_len req.body_param req.body_size req.hdrs req.hdrs_bin req.payload
  req.payload_lv req.rdp_cookie req.rdp_cookie_cnt req.ssl_alpn req.ssl_ec_ext req.ssl_hello_type req.ssl_sni req.ssl_st_ext
  req.ssl_ver req_ssl_hello_type req_ssl_sni req_ssl_ver res.body res.body_len res.body_size res.cache_hit res.cache_name
  res.comp res.comp_algo res.hdrs res.hdrs_bin res.len res.payload res.payload_lv res.ssl_hello_type srv_conn_free srv_id
  srv_iweight srv_uweight ssl_bc ssl_bc_alg_keysize ssl_bc_alpn ssl_bc_cipher ssl_bc_client_random ssl_bc_err ssl_bc_err_str
  ssl_bc_is_resumed ssl_bc_npn ssl_bc_protocol ssl_bc_server_random ssl_bc_session_id ssl_bc_session_key ssl_bc_unique_id
  ssl_bc_use_keysize ssl_c_ca_err_depth ssl_c_chain_der ssl_c_der ssl_c_key_alg ssl_c_sig_alg ssl_c_version ssl_f_der ssl_f_i_dn
  ssl_f_key_alg ssl_f_notafter ssl_f_notbefore ssl_f_s_dn ssl_f_serial ssl_f_sha1 ssl_f_sig_alg ssl_f_version ssl_fc_alg_keysize
  ssl_fc_cipherlist_bin ssl_fc_cipherlist_hex ssl_fc_cipherlist_str ssl_fc_cipherlist_xxh ssl_fc_client_early_traffic_secret
  ssl_fc_client_handshake_traffic_secret ssl_fc_client_random ssl_fc_client_traffic_secret_0 ssl_fc_early_exporter_secret
  ssl_fc_ecformats_bin ssl_fc_eclist_bin ssl_fc_err_str ssl_fc_exporter_secret ssl_fc_extlist_bin ssl_fc_has_early ssl_fc_npn
  ssl_fc_protocol_hello_id ssl_fc_server_handshake_traffic_secret ssl_fc_server_random ssl_fc_server_traffic_secret_0
  ssl_fc_session_id ssl_fc_session_key ssl_fc_unique_id ssl_fc_use_keysize ssl_s_chain_der ssl_s_der ssl_s_i_dn ssl_s_key_alg
  ssl_s_notafter ssl_s_notbefore ssl_s_s_dn ssl_s_serial ssl_s_sha1 ssl_s_sig_alg ssl_s_version table_avl table_cnt thread
  unique-id url32 url32+src uuid
`);

const OTHER_CONVERTERS = wordsOf(`
  Configuration add_item aes_gcm_dec be2dec be2hex capture-req capture-res crc32c cut_crlf debug digest fix_is_valid
  fix_tag_value hmac htonl in_table json json_query jwt_header_query jwt_payload_query jwt_verify language mqtt_field_value
  mqtt_is_valid nbsrv protobuf secure_memcmp set-var sha1 sha2 srv_queue ub64dec ub64enc ungrpc unset-var xxh3 xxh32 xxh64
`);

/** Fetches, aliases included. */
export const ABSENT_FETCHES: ReadonlySet<string> = new Set([
  ...OTHER_FETCHES,
  ...['sc_', 'sc0_', 'sc1_', 'sc2_', 'src_'].flatMap((table) => COUNTS.map((count) => table + count)),
]);

export const ABSENT_CONVERTERS: ReadonlySet<string> = new Set([
  ...OTHER_CONVERTERS,
  ...TABLE_COUNTS.map((count) => `table_${count}`),
]);

function wordsOf(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
