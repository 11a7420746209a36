#include "tools/clusteripctl/scenario_runner.hpp"

namespace clusterip::ctl {

std::string_view scenario_help() {
  return R"(A scenario has one directive a line; # begins a comment, "quotes" keep blanks together.

Setting (before the first start)
  title TEXT                          what the scenario shows
  seed N                              of all that upstream leaves to chance
  clock TIME                          where virtual time begins (2026-01-01T00:00:00Z)
  timing request-step=D controller-write=D cache-lag=D start-up=D
Processes
  version V                           of what is started from here on (1.33 to 1.37)
  start NAME --service-cluster-ip-range=R[,R]   an apiserver; a name that ran before starts anew
  start controller-manager
  stop NAME
  lag NAME [KIND] D                   how long changes take to reach its cache
  freeze NAME [KIND]                  its cache stands still, until: thaw NAME [KIND]
Time and remarks
  wait D                              250ms, 10s, 3m, 1h
  note TEXT                           a remark for the transcript
Requests (answered before the next line; one that is refused fails the scenario unless the next line expects it)
  create service [NS/]NAME [ip=A] [ips=A,A] [families=F,F] [policy=P] [type=T] [selector=S] [external-name=H]
  patch service [NS/]NAME …           the same options; what is left out stays
  delete service [NS/]NAME
  create servicecidr NAME CIDR[,CIDR]       update servicecidr NAME CIDR,CIDR       delete servicecidr NAME
  create ipaddress A parent=services/NS/NAME [labels=none]        delete ipaddress A
    each also: via=SERVER draw=N[,N] (offsets into the dynamic and the static band) order=CIDR,… first=FAMILY
  repeat N REQUEST                    {} stands for 0 to N-1
  begin ID REQUEST                    a request that is taken on by hand:
  step ID                             one step of it
  finish ID                           the rest
Expectations (one that does not hold is reported with its line; exit code 1)
  expect ok | refused CODE [MESSAGE]
  expect address A[,A] | address in CIDR [static|dynamic]
  expect servicecidr NAME ready|pending|terminating|absent [CIDR,…]
  expect condition NAME STATUS [REASON] [MESSAGE]
  expect service [NS/]NAME A[,A]|none|present|absent [policy=P] [families=F,F]
  expect ipaddress A [NS/]NAME|absent
  expect allocator SERVER CIDR ready|not-ready|absent
  expect event REASON [OBJECT] [MESSAGE]        expect no event REASON [OBJECT]
  expect fault NAME [OBJECT]                    expect no faults
  expect finding RULE [ADDRESS|OBJECT]          expect no findings
OBJECT is services/NS/NAME, servicecidrs/NAME or ipaddresses/A in events and faults. KIND is services, servicecidrs
or ipaddresses. Faults: duplicate-address, unprotected-address, foreign-release, leaked-address,
allocated-from-terminating, range-removed-in-use. Rules are those of `clusteripctl verify`.
)";
}

}  // namespace clusterip::ctl
