-- Records a refused request in the audit log, once per minute for each event and account or address.
-- ARGV: event, account id or "", address, detail
audit_refusal(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
return 1
