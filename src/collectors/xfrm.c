/* /proc/net/xfrm_stat: packets that IPsec dropped, and why. Documentation/networking/xfrm_proc.rst */
#include "../collector.h"

#define DROPPED(key, name, help) { "Xfrm" key, COUNTER, ONE, "node_xfrm_" name "_packets_total", help }

static const struct metric metrics[] = {
	DROPPED("InError", "in_error", "Received packets dropped for any other reason."),
	DROPPED("InBufferError", "in_buffer_error", "Received packets dropped for want of a buffer."),
	DROPPED("InHdrError", "in_hdr_error", "Received packets whose header is wrong."),
	DROPPED("InNoStates", "in_no_states", "Received packets with no state for their address, protocol and SPI."),
	DROPPED("InStateProtoError", "in_state_proto_error", "Received packets refused by the protocol: a wrong key."),
	DROPPED("InStateModeError", "in_state_mode_error", "Received packets refused by the mode."),
	DROPPED("InStateSeqError", "in_state_seq_error", "Received packets whose sequence number is out of window."),
	DROPPED("InStateExpired", "in_state_expired", "Received packets whose state has expired."),
	DROPPED("InStateMismatch", "in_state_mismatch", "Received packets whose encapsulation is not the state's."),
	DROPPED("InStateInvalid", "in_state_invalid", "Received packets whose state is not valid."),
	DROPPED("InTmplMismatch", "in_tmpl_mismatch", "Received packets whose states match no template of the policy."),
	DROPPED("InNoPols", "in_no_pols", "Received packets with states but without a policy."),
	DROPPED("InPolBlock", "in_pol_block", "Received packets that a policy forbids."),
	DROPPED("InPolError", "in_pol_error", "Received packets whose policy is in error."),
	DROPPED("OutError", "out_error", "Packets to be sent, dropped for any other reason."),
	DROPPED("OutBundleGenError", "out_bundle_gen_error", "Packets to be sent whose bundle could not be made."),
	DROPPED("OutBundleCheckError", "out_bundle_check_error", "Packets to be sent whose bundle is not valid."),
	DROPPED("OutNoStates", "out_no_states", "Packets to be sent without a state."),
	DROPPED("OutStateProtoError", "out_state_proto_error", "Packets to be sent, refused by the protocol."),
	DROPPED("OutStateModeError", "out_state_mode_error", "Packets to be sent, refused by the mode."),
	DROPPED("OutStateSeqError", "out_state_seq_error", "Packets to be sent after the last sequence number."),
	DROPPED("OutStateExpired", "out_state_expired", "Packets to be sent whose state has expired."),
	DROPPED("OutPolBlock", "out_pol_block", "Packets to be sent that a policy forbids."),
	DROPPED("OutPolDead", "out_pol_dead", "Packets to be sent whose policy is dead."),
	DROPPED("OutPolError", "out_pol_error", "Packets to be sent whose policy is in error."),
	DROPPED("FwdHdrError", "fwd_hdr_error", "Packets that may not be forwarded."),
	DROPPED("OutStateInvalid", "out_state_invalid", "Packets to be sent whose state is not valid."),
	DROPPED("AcquireError", "acquire_error", "Packets to be sent before their state was acquired."),
};

const struct collector xfrm = {
	.name = "xfrm",
	.help = "Packets that IPsec dropped.",
	.off = true,
	.tables = (const struct table[]){
		{ NET, "xfrm_stat", listed, metrics, COUNT(metrics) },
		{ 0 },
	},
};
