from uuid import uuid4
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.cases import FILES
from registry.api.kinds.episodes import EPISODES
async def test_flow(manager):
    body=dict(PERSONS.examples["resident"])
    r=await manager.post("/v1/persons",json=body); print(r.status_code,r.text); assert r.status_code==201
    r=await manager.post("/v1/persons",json=body); print(r.status_code); assert r.status_code==200
    pid=body["id"]
    r=await manager.get(f"/v1/persons/{pid}"); print(r.text, r.headers); assert r.status_code==200
    for k,n in ((FILES,"illegal_user"),(EPISODES,"community")):
        r=await manager.post(f"/v1/persons/{pid}/{k.collection}",json=dict(k.examples[n])); print(r.status_code,r.text); assert r.status_code==201
        i=k.examples[n]["id"]
        r=await manager.get(f"/v1/persons/{pid}/{k.collection}/{i}"); assert r.status_code==200
    r=await manager.patch(f"/v1/persons/{pid}/episodes/{i}",json={"planned_months":12},headers={"If-Match":r.headers["etag"],"content-type":"application/merge-patch+json"}); print(r.text); assert r.status_code==200
    r=await manager.post(f"/v1/persons/{pid}/episodes/{i}/exit",json={"ended_on":"2020-09-16","outcome":"completed"}); print(r.text); assert r.status_code==200
    r=await manager.get(f"/v1/persons/{pid}/episodes/{i}/versions"); print(r.text); assert r.status_code==200
    r=await manager.post(f"/v1/persons/search",json={"name":"mau nguy"}); print(r.text); assert len(r.json()["items"])==1
    r=await manager.get(f"/v1/episodes?unit=54"); print(r.text); assert len(r.json()["items"])==1
    r=await manager.get(f"/v1/files?unit=54&status=open"); assert len(r.json()["items"])==1
    r=await manager.patch(f"/v1/persons/{pid}",json={"aliases":["Bảy"]},headers={"If-Match":'"v1-person"',"content-type":"application/merge-patch+json"}); print(r.text); assert r.status_code==200
    r=await manager.get(f"/v1/persons/{pid}/versions"); print(r.text); assert r.status_code==200
    r=await manager.get(f"/v1/persons/{pid}/responsibilities"); print(r.text); assert r.status_code==200
    r=await manager.get(f"/v1/persons/{uuid4()}"); print(r.text); assert r.status_code==404
